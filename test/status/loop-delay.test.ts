import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopDelay } from '../../app/status/index.ts';

let nowMs = 0;
const delay = new LoopDelay(() => nowMs);
after(() => delay.stop());

test('a stall of the event loop shows for this minute and the next, then no longer', async () => {
  assert.equal(delay.p99Ms(), null);
  await sleep(1_200);
  const until = performance.now() + 1_800;
  while (performance.now() < until);
  await sleep(1_200);
  assert.ok((delay.p99Ms() ?? 0) >= 300, String(delay.p99Ms()));
  nowMs = 60_000;
  assert.ok((delay.p99Ms() ?? 0) >= 300, 'the minute that ends');
  assert.ok((delay.p99Ms() ?? 0) >= 300, 'the one before');
  nowMs = 120_000;
  delay.p99Ms();
  assert.ok((delay.p99Ms() ?? 0) < 300);
});
