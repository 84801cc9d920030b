import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CHURN = fileURLToPath(new URL('./main-young-heap.js', import.meta.url));

function largest(mostBytes: number): number {
  const ran = spawnSync(process.execPath, [CHURN, String(mostBytes)], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return Number(ran.stdout);
}

test('the young heap stops growing at its bound, however the process was started', () => {
  assert.ok(largest(8_000_000) < 20_000_000);
});

test('without a bound the same work makes it grow further (the control)', () => {
  assert.ok(largest(1e9) > 20_000_000);
});
