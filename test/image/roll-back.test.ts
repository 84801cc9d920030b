import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { card } from './built-image.ts';
import { Machine } from './machine.ts';
import { decodeState, readSector, STATE_SECTOR } from './state-sector.ts';
import { putOnTrial } from './update-bundles.ts';

const STEP_MS = 900_000;
const CUT_AFTER_MS = 12_000;

test('virt: a system that is healthy now and then gives up by itself; resets do not flip the good one', {
  timeout: 3_600_000,
}, async (t) => {
  const { file, folder } = card(t);
  await putOnTrial({ file, folder }, 'limping');
  let machine = new Machine('virt', file);
  t.after(() => machine.cutPower());
  /** Cuts the power 12 s after the kernel's start, and powers on again until the kernel starts. */
  const reset = async (): Promise<string> => {
    await sleep(CUT_AFTER_MS);
    await machine.cutPower();
    machine = new Machine('virt', file);
    await machine.until(/Starting kernel/, STEP_MS);
    const start = machine.starts.at(-1) ?? '';
    t.diagnostic(start);
    return start;
  };

  const from = performance.now();
  await machine.waitFor('second start', () => machine.starts.length >= 2, STEP_MS, 100);
  t.diagnostic(`gave up by itself after ${((performance.now() - from) / 1_000).toFixed(0)} s`);
  assert.deepEqual(machine.starts, [
    'slot=B trial=1 order=B A A=3 B=2 good=A left=a',
    'slot=B trial=1 order=B A A=3 B=1 good=A left=a',
  ]);
  await machine.until(/Starting kernel[\s\S]*Starting kernel/, STEP_MS);
  assert.equal(await reset(), 'slot=B trial=1 order=B A A=3 B=0 good=A left=a');
  assert.equal(await reset(), 'slot=A trial=0 order=B A A=3 B=0 good=A left=9');
  for (let left = 8; left >= 3; left--) {
    assert.equal(await reset(), `slot=A trial=0 order=B A A=3 B=0 good=A left=${left}`);
  }
  const { BOOT_GOOD, BOOT_B_LEFT } = decodeState(readSector(file, STATE_SECTOR)) ?? {};
  assert.deepEqual([BOOT_GOOD, BOOT_B_LEFT], ['A', '0']);
});
