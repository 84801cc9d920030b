import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import type { MessageId } from '../../app/domain/ids.ts';
import { openWorkerOutbox } from '../../app/outbox/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type House, MODEM, openHouse, QUIET } from './fixtures.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const status = async (id: MessageId) => (await house.api.getMessage(id))?.status;
const wake = () => house.worker.wakeDue(house.clock.nowMs(), house.clock.trusted());

test('sendAt waits for its time, and for a trusted clock', async () => {
  const sendAtMs = house.clock.nowMs() + 60_000;
  const { id } = await house.queue({ sendAtMs });
  assert.equal(await status(id), 'scheduled');
  assert.equal((await house.api.queueStats()).scheduled, 1);
  assert.equal(await wake(), sendAtMs);
  await house.clock.advance(61_000);
  house.clock.setTrusted(false);
  assert.equal(await wake(), null);
  assert.equal(await status(id), 'scheduled');
  house.clock.setTrusted(true);
  await wake();
  assert.equal(await status(id), 'queued');
  const past = await house.queue({ sendAtMs: house.clock.nowMs() - 1 });
  assert.equal(await status(past.id), 'queued');
});

test('validity ends on wall time of a trusted clock', async () => {
  const { id, seq } = await house.queue({ validitySeconds: 60 });
  const held = await house.queue({ validitySeconds: 60 });
  await house.handOver(held.seq);
  assert.equal(await wake(), house.clock.nowMs() + 60_000);
  await house.clock.advance(60_000);
  assert.equal(await wake(), null);
  assert.deepEqual([await status(id), await status(held.id)], ['expired', 'sending']);
  assert.equal(await house.handOver(seq), 'gone');
});

test('a clock that jumps forward does not expire what was accepted before it was set', async () => {
  house.clock.setTrusted(false);
  house.clock.setWall(Date.UTC(1970, 0, 2));
  const { id } = await house.queue({ validitySeconds: 60 });
  await house.clock.advance(30_000);
  house.clock.setWall(Date.UTC(2026, 10, 21, 9));
  house.clock.setTrusted(true);
  await wake();
  assert.equal(await status(id), 'queued');
  await house.clock.advance(30_000);
  await wake();
  assert.equal(await status(id), 'expired');
});

test('in another boot with an untrusted clock nothing expires, and back-offs are over', async () => {
  const perishable = await house.queue({ validitySeconds: 1 });
  const failing = await house.queue();
  await house.handOver(failing.seq);
  await house.worker.recordFailure({
    seq: failing.seq,
    part: 1,
    modem: MODEM,
    code: 'cms-38',
    spendsAttempt: true,
    next: { kind: 'requeue', waitUntilMs: house.clock.nowMs() + 600_000 },
    at: house.at(),
  });
  const clock = new FakeClock(Date.UTC(2026, 0, 1), 'boot-2');
  clock.setTrusted(false);
  const later = await openWorkerOutbox({
    file: house.file,
    clock,
    logger: QUIET,
    random: randomBytes,
    onFailure: () => undefined,
  });
  await later.wakeDue(clock.nowMs(), false);
  await later.close();
  assert.equal(await status(perishable.id), 'queued');
  assert.equal((await house.api.getMessage(failing.id))?.waitUntilMs, null);
});

test('the timeline never runs backwards while the clock is not trusted', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  const newest = house.clock.nowMs();
  house.clock.setTrusted(false);
  house.clock.setWall(Date.UTC(2020, 0, 1));
  await house.worker.recordSent({ seq, part: 1, modem: MODEM, reference: 1, at: house.at() });
  const times = (await house.api.getMessage(id))?.timeline.map((entry) => Date.parse(entry.at));
  assert.deepEqual(times, [newest, newest, newest]);
  house.clock.setTrusted(true);
  house.clock.setWall(newest - 86_400_000);
  const next = await house.queue();
  await house.handOver(next.seq);
  const detail = await house.api.getMessage(next.id);
  assert.equal(Date.parse(detail?.timeline.at(-1)?.at ?? ''), newest - 86_400_000);
});
