import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { FakeBox } from './support.ts';

const FILE = JSON.stringify({
  timeZone: 'Asia/Makassar',
  simPin: '4711',
  apiKeys: [{ name: 'shop' }, { name: 'own', key: `psg_${'x'.repeat(40)}` }],
});

test('keys that can not be stored are told, and tried again with the same text', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', FILE);
  box.failToAdd = new GatewayError('keys-not-stored', 'The database is damaged.', {
    retry: 'later',
  });
  assert.equal((await box.boot()).failed, true);
  assert.match(box.result(), /The database is damaged/);
  assert.match(box.card('pisang.json') ?? '', /4711/, 'not overwritten before it holds');
  box.failToAdd = null;
  assert.equal((await box.boot()).failed, false);
  assert.equal(box.made.length, 2, 'no second key was made');
  assert.equal(box.keys.size, 2);
  assert.match(box.result(), /API key "shop": psg_0{39}1 /);
});

test('a new file that comes while an old one waits is taken after it', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', FILE);
  box.failToAdd = new GatewayError('keys-not-stored', 'No.', { retry: 'later' });
  await box.boot();
  box.failToAdd = null;
  box.insert('pisang.json', '{"hostName":"other"}');
  await box.boot();
  assert.equal(box.disk.text('/data/box/hostname'), 'other\n');
  assert.equal(box.disk.text('/data/box/timezone'), 'Asia/Makassar\n');
  assert.match(box.card('pisang.json') ?? '', /other/);
});

test('an old file that can not be put in force does not keep a new one from being read', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', FILE);
  box.failToAdd = new GatewayError('keys-not-stored', 'No.', { retry: 'later' });
  await box.boot();
  box.insert('pisang.json', '{"hostName":"Other"}');
  assert.equal((await box.boot()).failed, true);
  assert.match(box.result(), /An earlier pisang\.json .*\n {2}No\.\n/);
  assert.match(box.result(), /hostName: must be a name/, 'its faults are told');
  box.insert('pisang.json', '{"hostName":"other"}');
  assert.equal((await box.boot()).failed, false);
  assert.equal(box.disk.text('/data/box/hostname'), 'other\n');
  assert.match(box.result(), /hostName: other[\s\S]*An earlier pisang\.json .*\n {2}No\.\n/);
  assert.equal(box.disk.text('/data/box/provision-plan.json'), null, 'the old plan is given up');
  box.failToAdd = null;
  await box.boot();
  assert.equal(box.keys.size, 0);
});

test('an old file that can not be put in force is told beside one that was taken before it, once', async () => {
  const box = new FakeBox();
  box.insert('pisang.json', '{"hostName":"first"}');
  await box.boot();
  const [first, told] = [box.card('pisang.json') ?? '', box.card('RESULT.txt') ?? ''];
  box.insert('pisang.json', FILE);
  box.failToAdd = new GatewayError('keys-not-stored', 'No.', { retry: 'later' });
  await box.boot();
  box.insert('pisang.json', first);
  box.insert('RESULT.txt', told);
  for (const _ of [1, 2, 3]) {
    assert.equal((await box.boot()).failed, true);
    assert.equal(box.result().split('An earlier').length, 2, box.result());
  }
});
