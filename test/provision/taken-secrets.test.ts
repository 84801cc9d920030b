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

/** Another box, or this one after its card lost the data: the file speaks of secrets that are not there. */
async function redactedFile(): Promise<string> {
  const one = new FakeBox();
  one.insert('pisang.json', FILE);
  await one.boot();
  return one.card('pisang.json') ?? '';
}
const SECRETS = ['/simPin', '/apiKeys/0/key', '/apiKeys/1/key'];

test('a box that never took a file takes what is open in it, and tells which secrets are missing', async () => {
  const box = new FakeBox();
  const file = await redactedFile();
  box.insert('pisang.json', file);
  assert.equal((await box.boot()).failed, true);
  for (const place of SECRETS) {
    assert.ok(box.result().includes(`${place}: "(taken)" stands for`), place);
  }
  assert.doesNotMatch(box.result(), /left as it is/);
  assert.equal(box.disk.text('/data/box/hostname'), 'kantor\n');
  assert.match(box.disk.text('/data/box/network') ?? '', /^Address=192\.168\.1\.20\/24$/m);
  assert.equal(box.keys.size, 0);
  assert.deepEqual(JSON.parse(box.card('pisang.json') ?? ''), JSON.parse(file));
  await box.boot();
  assert.ok(box.result().includes(`${SECRETS[0]}: "(taken)" stands for`), 'told on');
  box.insert('pisang.json', file.replace('"simPin": "(taken)"', '"simPin": "4711"'));
  await box.boot();
  assert.match(box.result(), /pisang\.json was NOT taken/, 'the keys are still missing');
});

test('what stands for a secret is refused where it was never stored, and something else was', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', '{"siteName":"Kantor"}');
  await box.boot();
  box.insert('pisang.json', await redactedFile());
  assert.equal((await box.boot()).failed, true);
  for (const place of SECRETS) {
    assert.ok(box.result().includes(`${place}: "(taken)" stands for`), place);
  }
  assert.equal(box.disk.text('/data/box/hostname'), null);
  const sure = await box.boot({ keyNames: async () => null });
  assert.equal(sure.failed, true);
  assert.doesNotMatch(box.result(), /apiKeys/, 'nothing is said of what cannot be looked up');
});
