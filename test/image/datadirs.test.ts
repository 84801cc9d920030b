import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ScriptBox, scriptBox } from './script-rig.ts';

const DATADIRS = 'usr/lib/pisang/datadirs';
const ID = '0123456789abcdef0123456789abcdef';
const SYSTEM = 'var/lib/pisang/system';

function newBox(t: TestContext, tools: Readonly<Record<string, string>> = {}): ScriptBox {
  const box = scriptBox(t, {
    fw_printenv: '[ -s "$BOX/state" ] && cat "$BOX/state"',
    install: 'echo "install $*" >>"$BOX/gives"',
    chown: 'echo "chown $*" >>"$BOX/gives"',
    fw_setenv: 'echo "$*" >>"$BOX/writes"; echo "$2" >"$BOX/state"',
    ...tools,
  });
  box.put('etc/machine-id', `${ID}\n`);
  return box;
}

test('the first start makes the folders and keeps its identity in the slot state; later ones write nothing', (t) => {
  const box = newBox(t);
  assert.equal(box.run(DATADIRS).status, 0);
  assert.ok(box.exists(`${SYSTEM}/log`) && box.exists(`${SYSTEM}/systemd`));
  // Whatever root left beside the database is the services' again, before the first of them looks.
  assert.match(box.read('gives'), /^chown -R pisang:pisang \S*\/var\/lib\/pisang\/app$/m);
  assert.equal(box.read('state'), `${ID}\n`);
  // The other slot, or a slot after an update, starts with the identity that boot.cmd hands over.
  assert.equal(box.run(DATADIRS).status, 0);
  assert.equal(box.read('writes'), `machine_id ${ID}\n`);
});

test('a slot state that was lost gets the identity of this start', (t) => {
  const box = newBox(t);
  box.run(DATADIRS);
  box.put('state', '');
  box.put('etc/machine-id', `${ID.replaceAll('0', '9')}\n`);
  assert.equal(box.run(DATADIRS).status, 0);
  assert.equal(box.read('state'), `${ID.replaceAll('0', '9')}\n`);
});

test('after the card had to be mended there is word for the database’s check, but not at the first start', (t) => {
  const box = newBox(t);
  const note = 'var/lib/pisang/app/pisang.db.suspect';
  box.put('var/lib/pisang/app/keep', '');
  box.put('run/pisang-card-mended', '');
  box.put('usr/lib/pisang/salvage', '#!/bin/sh\necho looked >>"$BOX/salvaged"\nexit 1\n', 0o755);
  box.run(DATADIRS);
  assert.deepEqual([box.exists(note), box.exists('salvaged')], [false, false]);
  box.run(DATADIRS);
  assert.match(box.read(note), /file system had faults/);
  assert.equal(box.read('salvaged'), 'looked\n');
});

test('a factory reset that was cut after it erased the data still ends in another identity', (t) => {
  const box = newBox(t);
  box.put('state', `${ID}\n`);
  assert.equal(box.run(DATADIRS).status, 0);
  // This start bears the old one; without one in the slot state the kernel's of the next start is new.
  assert.equal(box.read('writes'), 'machine_id\n');
  assert.equal(box.read('state').trim(), '');
  box.put('etc/machine-id', `${ID.replaceAll('0', '9')}\n`);
  assert.equal(box.run(DATADIRS).status, 0);
  assert.equal(box.read('state'), `${ID.replaceAll('0', '9')}\n`);
});

test('another boot loader: the box starts all the same, and says what that means', (t) => {
  const box = newBox(t, { fw_printenv: 'exit 1', fw_setenv: 'exit 1' });
  const { status, said } = box.run(DATADIRS);
  assert.equal(status, 0);
  assert.match(said, /slot state cannot be written/);
  assert.ok(box.exists(`${SYSTEM}/log`));
});
