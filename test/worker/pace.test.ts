import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../app/worker/pace.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY_MS = 24 * 3_600_000;

test('without limits every part may go at once', () => {
  const pace = new Pace({ ratePerMinute: null, dailyCap: null }, []);
  for (let i = 0; i < 1_000; i++) {
    pace.recordHandOver(i, NOW + i);
    assert.equal(pace.waitMs(i, NOW + i), 0);
  }
});

test('20 a minute means three seconds from hand-over to hand-over, and no burst after a quiet hour', () => {
  const pace = new Pace({ ratePerMinute: 20, dailyCap: null }, []);
  assert.equal(pace.waitMs(0, NOW), 0);
  pace.recordHandOver(0, NOW);
  assert.equal(pace.waitMs(1_000, NOW), 2_000);
  pace.recordHandOver(3_600_000, NOW);
  assert.equal(pace.waitMs(3_600_000, NOW), 3_000);
});

test('the daily cap is rolling and counts the hand-overs of earlier processes', () => {
  const earlier = [NOW - DAY_MS - 5, NOW - 10_000, NOW - 9_000];
  const pace = new Pace({ ratePerMinute: null, dailyCap: 3 }, earlier);
  assert.equal(pace.sentInDay(NOW), 2, 'the one older than a day no longer counts');
  assert.equal(pace.waitMs(0, NOW), 0);
  pace.recordHandOver(0, NOW);
  assert.equal(pace.capWaitMs(NOW), DAY_MS - 10_000, 'until the oldest of the three is a day old');
  assert.equal(pace.capWaitMs(NOW + DAY_MS - 10_000), 0);
});

test('a clock that was set back never lets more through than the cap', () => {
  const pace = new Pace({ ratePerMinute: null, dailyCap: 1 }, []);
  pace.recordHandOver(0, NOW);
  assert.ok(pace.waitMs(1, NOW - 7 * DAY_MS) > 0);
});
