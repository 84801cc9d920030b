import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeBox } from './support.ts';

const FILE = JSON.stringify({
  hostName: 'kantor',
  simPin: '4711',
  network: { address: '192.168.1.20/24', gateway: '192.168.1.1' },
  apiKeys: [{ name: 'shop' }, { name: 'own', key: `psg_${'x'.repeat(40)}`, scopes: ['admin'] }],
});

test('the redacted file can be edited: what stands for a secret leaves the secret alone', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', FILE);
  await box.boot();
  const edited = JSON.parse(box.card('pisang.json') ?? '');
  box.insert('pisang.json', JSON.stringify({ ...edited, network: 'dhcp' }));
  await box.boot();
  assert.equal(box.disk.text('/data/box/network'), null);
  assert.deepEqual(JSON.parse(box.disk.text('/data/app/pins.json') ?? ''), { modem1: '4711' });
  assert.equal(box.keys.size, 2);
  assert.match(box.result(), /simPin: left as it is\n/);
  assert.match(box.result(), /API key "own": left as it is\.$/);
});

test('what stands for a secret that this box does not have is refused', async () => {
  const one = new FakeBox();
  one.insert('pisang.json', FILE);
  await one.boot();
  const other = new FakeBox();
  other.insert('pisang.json', one.card('pisang.json') ?? '');
  assert.equal((await other.boot()).failed, true);
  for (const place of ['/simPin', '/apiKeys/0/key', '/apiKeys/1/key']) {
    assert.ok(other.result().includes(`${place}: "(taken)" stands for`), place);
  }
  assert.equal(other.disk.text('/data/box/hostname'), null);
  const sure = await other.boot({ keyNames: async () => null });
  assert.equal(sure.failed, true);
  assert.doesNotMatch(other.result(), /apiKeys/, 'nothing is said of what cannot be looked up');
});
