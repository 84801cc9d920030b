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

const COMMON = {
  previous: '1.4.0',
  slot: 'B',
  bootId: 'boot-1',
  at: '2026-11-29T07:00:00.000Z',
} as const;
const WRITTEN: UpdateNote = { ...COMMON, state: 'written', version: '1.5.0', reason: null };
const BEGUN: UpdateNote = { ...WRITTEN, state: 'begun' };

test('an update that was installed is noted with the slot that it went into', async () => {
  const expected = { ...COMMON, state: 'written', version: '1.5.0', reason: null };
  assert.deepEqual(await new UpdateBox(0, 0).install(), expected);
});

test('one that failed while it was written is noted with its reason', async () => {
  const expected = { ...COMMON, state: 'failed', version: '1.5.0', reason: 'update-changed' };
  assert.deepEqual(await new UpdateBox(0, 1).install(), expected);
});

test('one that is refused before anything is written leaves the note of the one before', async () => {
  const box = new UpdateBox(0, 0);
  const written = await box.install();
  box.ends.set('rauc info', { code: 1, out: '', err: 'Signature size is 0' });
  assert.deepEqual(await box.install(), written);
});

test('while RAUC still writes, the note says begun, whatever it said before', async () => {
  const box = new UpdateBox(0, null);
  box.files.set(NOTE, JSON.stringify(WRITTEN));
  assert.equal((await box.install())?.state, 'begun');
});

test('a second one, refused while the first is being written, leaves the note of the first', async () => {
  const box = new UpdateBox(0, null);
  const begun = await box.install();
  const out = 'LastError: Already processing a different method\n';
  box.ends.set('rauc install', { code: 1, out, err: '' });
  assert.deepEqual(await box.install(), begun);
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

for (const [what, note, slot, bootId, expected] of [
  ['written, before the restart', WRITTEN, 'A', 'boot-1', 'none'],
  ['written, the new slot runs', WRITTEN, 'B', 'boot-2', 'installed'],
  ['written, the old slot runs again', WRITTEN, 'A', 'boot-5', 'rolled-back'],
  ['written, off the appliance', WRITTEN, null, 'boot-2', 'none'],
  ['begun, in the same start', BEGUN, 'A', 'boot-1', 'none'],
  ['begun, the old slot runs on after a power cut', BEGUN, 'A', 'boot-2', 'failed'],
  ['begun and not noted further, the new slot runs', BEGUN, 'B', 'boot-2', 'installed'],
  ['failed', { ...WRITTEN, state: 'failed' }, 'A', 'boot-1', 'failed'],
  ['failed, a start later', { ...WRITTEN, state: 'failed' }, 'A', 'boot-2', 'failed'],
] as const) {
  test(`what became of an update, ${what}: ${expected}`, () => {
    assert.equal(resultOf(note, slot, bootId), expected);
  });
}

test('half a note, or another file in its place, is none', () => {
  const whole = JSON.stringify(WRITTEN);
  assert.notEqual(parseUpdateNote(whole), null);
  for (let end = 0; end < whole.length; end += 1) {
    assert.equal(parseUpdateNote(whole.slice(0, end)), null);
  }
  for (const other of ['null', '[]', '7', '{}', JSON.stringify({ ...WRITTEN, slot: 'C' })]) {
    assert.equal(parseUpdateNote(other), null, other);
  }
});
