import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retention } from '../../app/commands/retention.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DAY_MS = 86_400_000;
const quiet = (): void => undefined;

function bench(counts: number[]): { clock: FakeClock; asked: number[]; retention: Retention } {
  const clock = new FakeClock();
  const asked: number[] = [];
  const retention = new Retention({
    outbox: {
      purge: async (beforeMs) => {
        asked.push(beforeMs);
        return counts.shift() ?? 0;
      },
    },
    clock,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    retentionDays: 30,
  });
  return { clock, asked, retention };
}

test('old messages go step by step until none is left', async () => {
  const { clock, asked, retention } = bench([500, 20]);
  const beforeMs = clock.nowMs() - 30 * DAY_MS;
  const tidied = retention.tidy();
  await clock.advance(1_000);
  assert.equal(await tidied, 520);
  assert.deepEqual(asked, [beforeMs, beforeMs, beforeMs]);
  assert.equal(clock.pendingTimers(), 0);
});

test('nothing is deleted while the clock is not trusted, nor for a day after it jumped', async () => {
  const { clock, asked, retention } = bench([]);
  clock.setTrusted(false);
  assert.equal(await retention.tidy(), 0);
  clock.setTrusted(true);
  clock.setWall(clock.nowMs() + 400 * DAY_MS);
  assert.equal(await retention.tidy(), 0);
  await clock.advance(DAY_MS - 1);
  assert.equal(await retention.tidy(), 0);
  assert.deepEqual(asked, []);
  await clock.advance(1);
  await retention.tidy();
  assert.equal(asked.length, 1);
});

test('a small correction of the clock changes nothing', async () => {
  const { clock, asked, retention } = bench([]);
  clock.setWall(clock.nowMs() + 3_600_000);
  await retention.tidy();
  assert.equal(asked.length, 1);
});
