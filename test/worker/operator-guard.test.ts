import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorGuard, PROBE_EVERY_MS } from '../../app/worker/operator-guard.ts';

test('one dead recipient never holds the queue', () => {
  const guard = new OperatorGuard();
  for (let i = 0; i < 10; i++) {
    guard.recordRejection(1, '+6281', 'cms-38', i);
  }
  assert.equal(guard.suspected(10), false);
  assert.equal(guard.waitMs(10), 0);
});

test('three refusals in a row to two recipients leave one probe every five minutes', () => {
  const guard = new OperatorGuard();
  guard.recordRejection(1, '+6281', 'cms-8', 0);
  guard.recordRejection(2, '+6282', 'cms-8', 10);
  assert.equal(guard.waitMs(10), 0);
  guard.recordRejection(3, '+6281', 'cms-8', 20);
  assert.equal(guard.suspected(20), true);
  assert.equal(guard.waitMs(20), PROBE_EVERY_MS);
  assert.equal(guard.waitMs(20 + PROBE_EVERY_MS), 0, 'the probe may go');
  guard.recordRejection(4, '+6283', 'cms-8', 20 + PROBE_EVERY_MS);
  assert.equal(guard.waitMs(30 + PROBE_EVERY_MS), PROBE_EVERY_MS - 10);
  guard.recordSuccess(5, 40 + PROBE_EVERY_MS);
  assert.equal(guard.waitMs(40 + PROBE_EVERY_MS), 0);
});

test('a success between refusals starts the count anew', () => {
  const guard = new OperatorGuard();
  guard.recordRejection(1, '+6281', 'cms-8', 0);
  guard.recordRejection(2, '+6282', 'cms-8', 1);
  guard.recordSuccess(9, 2);
  guard.recordRejection(3, '+6283', 'cms-8', 3);
  assert.equal(guard.suspected(3), false);
});

test('a message refused again while others got through is at fault itself', () => {
  const guard = new OperatorGuard();
  assert.equal(guard.recordRejection(1, '+6281', 'cms-21', 0), false);
  guard.recordSuccess(2, 10);
  assert.equal(guard.recordRejection(1, '+6281', 'cms-21', 20), true);
  assert.equal(guard.recordRejection(1, '+6281', 'cms-21', 30), false, 'nothing got through since');
});
