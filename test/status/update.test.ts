import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpdateNote } from '../../app/domain/update-note.ts';
import { NOW_MS } from '../support/facts.ts';
import { BOX, bench } from './support.ts';

const WAITING: UpdateNote = {
  state: 'written',
  version: '1.4.0',
  previous: '1.3.0',
  slot: 'B',
  bootId: 'an earlier boot',
  at: new Date(NOW_MS - 600_000).toISOString(),
  reason: null,
};

for (const [slot, lastResult, codes] of [
  ['A', 'rolled-back', ['update-rolled-back']],
  ['B', 'installed', ['update-installed']],
] as const) {
  test(`an update into slot B, and slot ${slot} runs: ${lastResult}`, async () => {
    const { status } = bench({ readBox: () => ({ ...BOX, slot, updateNote: WAITING }) });
    const { update, conditions } = await status.json({ authenticated: false });
    assert.deepEqual(update, { availableVersion: null, trialUntil: null, lastResult });
    assert.deepEqual(
      conditions.map(({ code }) => code),
      codes,
    );
  });
}

test('on trial the status says until when, and not yet what became of it', async () => {
  const box = { ...BOX, slot: 'B', uptimeSeconds: 100, updateNote: WAITING } as const;
  const { status } = bench({ readBox: () => box, trial: { active: () => true } });
  const { update, verdict } = await status.json({ authenticated: false });
  const trialUntil = new Date(NOW_MS + 140_000).toISOString();
  assert.deepEqual(update, { availableVersion: null, trialUntil, lastResult: 'none' });
  assert.equal(verdict.code, 'updating');
});
