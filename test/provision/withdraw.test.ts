import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FakeBox } from './support.ts';

const { ca, sshKeys } = JSON.parse(
  readFileSync('test/fixtures/provision/10-ca-and-ssh.input', 'utf8'),
) as Readonly<Record<string, unknown>>;

test('an empty list switches SSH off, and null withdraws PIN, time server and authority', async () => {
  const box = new FakeBox();
  box.disk.put('/data/app/pins.json', JSON.stringify({ modem2: '1111' }));
  box.insert('pisang.json', JSON.stringify({ ca, sshKeys, ntpServer: '10.0.0.1', simPin: '4711' }));
  await box.boot();
  assert.notEqual(box.disk.text('/data/box/authorized_keys'), null);
  box.insert('pisang.json', '{"ca":null,"sshKeys":[],"ntpServer":null,"simPin":null}');
  assert.equal((await box.boot()).failed, false);
  for (const file of ['authorized_keys', 'ca.pem', 'timesyncd.conf']) {
    assert.equal(box.disk.text(`/data/box/${file}`), null, file);
  }
  assert.deepEqual(JSON.parse(box.disk.text('/data/app/pins.json') ?? ''), { modem2: '1111' });
  assert.deepEqual(box.result().split('\n').slice(1), [
    '  ntpServer: withdrawn',
    '  simPin: withdrawn',
    '  ca: withdrawn',
    '  sshKeys: none; SSH is off',
  ]);
  const left = JSON.parse(box.card('pisang.json') ?? '') as object;
  assert.deepEqual(left, { ca: null, sshKeys: [], ntpServer: null, simPin: null });
});

test('only what can be withdrawn may be null', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', '{"hostName":null,"network":null,"sshKeys":null,"apiKeys":null}');
  assert.equal((await box.boot()).failed, true);
  for (const name of ['hostName', 'network', 'sshKeys', 'apiKeys']) {
    assert.match(box.result(), new RegExp(`/${name}: must be`));
  }
});
