import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { answerLine } from '../../app/boxd/answer-line.ts';
import { REAL_MACHINE } from '../../app/boxd/programs.ts';
import { parseUpdateNote, resultOf, type UpdateNote } from '../../app/domain/update-note.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { QUIET, RecordedMachine, RUNNING } from './support.ts';

const NOTE = '/var/lib/pisang/system/update.json';
const NOW_MS = Date.UTC(2026, 10, 29, 7);
const INFO = JSON.stringify({
  update: { version: '1.5.0', compatible: 'pisang' },
  meta: { pisang: { architecture: 'armhf', signing: 'release' } },
});

/** A box on which an update lies, and a RAUC that says this of it. */
class UpdateBox extends RecordedMachine {
  readonly clock: FakeClock = new FakeClock(NOW_MS);

  constructor(infoCode: number, installCode: number | null) {
    super();
    this.files.set('/var/lib/pisang/update/bundle.raucb', '');
    const fault = 'LastError: Input/output error\n';
    this.ends.set('rauc info', { code: infoCode, out: INFO, err: 'Signature size is 0' });
    this.ends.set('rauc install', { code: installCode, out: fault, err: '' });
  }

  async install(): Promise<UpdateNote | null> {
    const context = { machine: this, running: RUNNING, clock: this.clock };
    await answerLine('{"verb":"install-update"}', context, QUIET);
    return parseUpdateNote(this.files.get(NOTE) ?? '');
  }
}

const COMMON = { previous: '1.4.0', slot: 'B', bootId: 'boot-1', at: '2026-11-29T07:00:00.000Z' };

test('an update that was installed is noted with the slot that it went into', async () => {
  const expected = { ...COMMON, result: 'installed', version: '1.5.0', reason: null };
  assert.deepEqual(await new UpdateBox(0, 0).install(), expected);
});

test('one that failed while it was written is noted with its reason', async () => {
  const expected = { ...COMMON, result: 'failed', version: '1.5.0', reason: 'update-changed' };
  assert.deepEqual(await new UpdateBox(0, 1).install(), expected);
});

test('one whose signature does not hold is noted without what it says of itself', async () => {
  const box = new UpdateBox(1, 0);
  const expected = { ...COMMON, result: 'failed', version: null, reason: 'update-unsigned' };
  assert.deepEqual(await box.install(), expected);
});

test('a bad file leaves the note of an update that waits for the restart', async () => {
  const box = new UpdateBox(0, 0);
  const waits = await box.install();
  box.ends.set('rauc info', { code: 1, out: '', err: 'Signature size is 0' });
  assert.deepEqual(await box.install(), waits);
});

test('while RAUC still writes, nothing is noted', async () => {
  assert.equal(await new UpdateBox(0, null).install(), null);
});

test('a note that can not be written keeps no update away', async () => {
  const box = new UpdateBox(0, 0);
  box.publish = () => {
    throw new Error('ENOSPC');
  };
  assert.equal(await box.install(), null);
  assert.ok(box.done.some((line) => line.startsWith('rauc install')));
});

test('the note is whole, readable by the services, and takes the place of what a cut left', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-note-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'update.json');
  writeFileSync(`${file}.new`, 'half of');
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  REAL_MACHINE.publish(file, 'one');
  REAL_MACHINE.publish(file, 'two');
  assert.equal(readFileSync(file, 'utf8'), 'two');
  assert.equal(statSync(file).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(folder), ['update.json']);
});

const WAITS: UpdateNote = {
  ...COMMON,
  slot: 'B',
  result: 'installed',
  version: '1.5.0',
  reason: null,
};

for (const [what, note, slot, bootId, expected] of [
  ['before the restart', WAITS, 'A', 'boot-1', 'none'],
  ['the new slot runs', WAITS, 'B', 'boot-2', 'installed'],
  ['the old slot runs again', WAITS, 'A', 'boot-5', 'rolled-back'],
  ['off the appliance', WAITS, null, 'boot-2', 'none'],
  ['it failed', { ...WAITS, result: 'failed' }, 'A', 'boot-1', 'failed'],
] as const) {
  test(`what became of an update, ${what}: ${expected}`, () => {
    assert.equal(resultOf(note, slot, bootId), expected);
  });
}

test('half a note, or another file in its place, is none', () => {
  const whole = JSON.stringify(WAITS);
  assert.notEqual(parseUpdateNote(whole), null);
  for (let end = 0; end < whole.length; end += 1) {
    assert.equal(parseUpdateNote(whole.slice(0, end)), null);
  }
  for (const other of ['null', '[]', '7', '{}', JSON.stringify({ ...WAITS, slot: 'C' })]) {
    assert.equal(parseUpdateNote(other), null, other);
  }
});
