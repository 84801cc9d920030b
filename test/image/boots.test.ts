import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ScriptBox, scriptBox } from './script-rig.ts';

const BOOTS = 'usr/lib/pisang/boots';
const LOG = 'var/lib/pisang/system/boots';
const NOW_S = Math.floor(Date.now() / 1000);

function newBox(t: TestContext): ScriptBox {
  const box = scriptBox(t, { sync: ':' });
  box.put('proc/cmdline', 'ro rauc.slot=A pisang.trial=0 quiet\n');
  box.put('proc/uptime', '20.31 10.00\n');
  box.put('var/lib/pisang/system/keep', '');
  box.put('run/keep', '');
  return box;
}

function start(box: ScriptBox): { reason: string; at: string; unclean7d: number } {
  const { status, said } = box.run(BOOTS, 'start');
  assert.equal(status, 0, said);
  return JSON.parse(box.read('run/pisang-last-restart.json')) as ReturnType<typeof start>;
}

test('an orderly stop is told from a power cut, and power cuts are counted', (t) => {
  const box = newBox(t);
  const first = start(box);
  assert.deepEqual([first.reason, first.unclean7d], ['person', 0]);
  assert.ok(Math.abs(Date.parse(first.at) / 1000 - (NOW_S - 20)) < 60, first.at);
  assert.equal(box.run(BOOTS, 'stop').status, 0);
  assert.equal(start(box).reason, 'person');
  assert.deepEqual([start(box).reason, start(box).unclean7d], ['power-cut', 2]);
  box.run(BOOTS, 'stop');
  assert.deepEqual([start(box).reason, start(box).unclean7d], ['person', 3]);
});

test('a card that takes no note keeps nobody from knowing', (t) => {
  const box = newBox(t);
  start(box);
  // Not even root can write to a name that is a folder.
  box.put(`${LOG}.new/in-the-way`, '');
  const { reason, unclean7d } = start(box);
  assert.deepEqual([reason, unclean7d], ['power-cut', 1]);
});

test('the other slot is an update, and the watchdog is named where its driver tells', (t) => {
  const box = newBox(t);
  start(box);
  box.run(BOOTS, 'stop');
  box.put('proc/cmdline', 'ro rauc.slot=B pisang.trial=1\n');
  assert.equal(start(box).reason, 'update');
  box.put('sys/class/watchdog/watchdog0/bootstatus', '32\n');
  assert.equal(start(box).reason, 'watchdog');
});

test('the notes stay short, and old cuts do not count', (t) => {
  const box = newBox(t);
  const old = Array.from({ length: 80 }, (_, n) => `${NOW_S - 900_000 + n} A power-cut\n`);
  box.put(LOG, old.join(''));
  box.put('var/lib/pisang/system/stopped', '');
  assert.deepEqual([start(box).reason, start(box).unclean7d], ['person', 1]);
  assert.equal(box.read(LOG).trim().split('\n').length, 50);
});

test('off the appliance, without slots, it works the same', (t) => {
  const box = newBox(t);
  box.put('proc/cmdline', 'root=/dev/sda1\n');
  start(box);
  assert.equal(start(box).reason, 'power-cut');
  box.run(BOOTS, 'stop');
  assert.equal(start(box).reason, 'person');
});
