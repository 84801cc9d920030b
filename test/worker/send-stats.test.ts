import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendStats } from '../../app/worker/send-stats.ts';

const HOUR_MS = 3_600_000;

test('refusals count until something is sent, each for an hour', () => {
  const stats = new SendStats();
  stats.recordRejection('+6281', 'cms-38', 0);
  stats.recordRejection('+6281', 'cms-38', 1);
  stats.recordRejection('+6282', 'cms-38', HOUR_MS / 2);
  const figures = stats.figures(HOUR_MS / 2);
  assert.deepEqual([figures.rejectedInRow, figures.rejectedRecipients], [3, 2]);
  assert.equal(stats.figures(HOUR_MS + 1).rejectedInRow, 1);
  stats.recordSent(10, HOUR_MS + 2, 0);
  assert.equal(stats.figures(HOUR_MS + 2).rejectedInRow, 0);
});

test('a success takes the last failure back, so that what it proved wrong is no longer shown', () => {
  const stats = new SendStats();
  stats.recordFailure('cms-330', false, 0);
  assert.equal(stats.figures(0).lastErrorCode, 'cms-330');
  stats.recordSent(10, 1, 0);
  assert.equal(stats.figures(1).lastErrorCode, null);
});

test('an outage that ended is forgotten after three successes', () => {
  const stats = new SendStats();
  for (let index = 0; index < 8; index++) {
    stats.recordRejection('+6281', 'cms-42', index);
  }
  stats.recordSent(10, 9, 0);
  stats.recordSent(10, 9, 0);
  assert.equal(stats.figures(9).recentRefused, 8);
  stats.recordSent(10, 9, 0);
  assert.equal(stats.figures(9).recentRefused, 0);
});

test('refusals between successes count over the last 20 tries', () => {
  const stats = new SendStats();
  const recent = (): unknown[] => {
    const { recentTries, recentRefused, recentRefusalCode } = stats.figures(0);
    return [recentTries, recentRefused, recentRefusalCode];
  };
  assert.deepEqual(recent(), [0, 0, null]);
  for (let index = 0; index < 30; index++) {
    stats.recordRejection('+6281', 'cms-42', index);
    stats.recordSent(10, index, 0);
  }
  assert.deepEqual(recent(), [20, 10, 'cms-42']);
  for (let index = 0; index < 20; index++) {
    stats.recordSent(10, index, 0);
  }
  assert.deepEqual(recent(), [20, 0, null]);
});
