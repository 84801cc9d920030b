import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTrial } from '../../app/local/trial.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a trial ends when its file goes, without a restart, and never comes back', async (t) => {
  const runDir = mkdtempSync(join(tmpdir(), 'pisang-trial-'));
  t.after(() => rmSync(runDir, { recursive: true }));
  const file = join(runDir, 'trial');
  writeFileSync(file, '');
  const clock = new FakeClock();
  const trial = openTrial(runDir, clock);
  let ends = 0;
  trial.onEnd(() => (ends += 1));
  trial.onEnd(() => (ends += 1));
  await clock.advance(5_000);
  assert.deepEqual([trial.active(), ends], [true, 0]);
  rmSync(file);
  assert.equal(trial.active(), false, 'at once for who asks');
  await clock.advance(1_000);
  assert.equal(ends, 2);
  assert.equal(clock.pendingTimers(), 0, 'nothing pulses after a trial');
  writeFileSync(file, '');
  assert.equal(trial.active(), false);
  trial.onEnd(() => (ends += 1));
  assert.equal(ends, 3);
});

test('without the file at the start there is no trial and no timer', (t) => {
  const runDir = mkdtempSync(join(tmpdir(), 'pisang-trial-'));
  t.after(() => rmSync(runDir, { recursive: true }));
  const clock = new FakeClock();
  const trial = openTrial(runDir, clock);
  let ends = 0;
  trial.onEnd(() => (ends += 1));
  writeFileSync(join(runDir, 'trial'), '');
  assert.deepEqual([trial.active(), ends, clock.pendingTimers()], [false, 1, 0]);
});

test('closing forgets what was to happen at the end', async (t) => {
  const runDir = mkdtempSync(join(tmpdir(), 'pisang-trial-'));
  t.after(() => rmSync(runDir, { recursive: true }));
  writeFileSync(join(runDir, 'trial'), '');
  const clock = new FakeClock();
  const trial = openTrial(runDir, clock);
  let ends = 0;
  trial.onEnd(() => (ends += 1));
  trial.close();
  rmSync(join(runDir, 'trial'));
  await clock.advance(5_000);
  assert.deepEqual([ends, clock.pendingTimers()], [0, 0]);
});
