import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { openWorkerHouse, type WorkerHouse } from './worker-house.ts';

let house: WorkerHouse;
beforeEach(async () => {
  house = await openWorkerHouse();
});
afterEach(() => house.close());

test('a report is matched by card, recipient and reference; a final status stays', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  await house.sent(seq);
  assert.equal(await house.report({ recipient: '62899' }), 'unmatched');
  assert.equal(await house.report({ iccid: 'other' }), 'unmatched');
  assert.equal(await house.report({ outcome: 'pending', tpSt: 0x20 }), 'matched');
  assert.equal(await house.status(id), 'sent');
  assert.equal(
    await house.report({ outcome: 'undelivered', tpSt: 0x40, recipient: '6289610707901' }),
    'matched',
  );
  assert.equal(await house.status(id), 'undelivered');
  assert.equal(await house.report(), 'matched');
  assert.equal(await house.status(id), 'delivered');
  assert.equal(await house.report({ outcome: 'undelivered', tpSt: 0x40 }), 'matched');
  assert.equal(await house.status(id), 'delivered');
  assert.deepEqual(await house.events(id), [
    'accepted',
    'sending',
    'sent',
    'undelivered',
    'delivered',
  ]);
});

test('when the 8-bit reference has wrapped, the time stamp tells the parts apart', async () => {
  const older = await house.queue();
  await house.handOver(older.seq);
  await house.sent(older.seq);
  const olderAtMs = house.clock.nowMs();
  await house.clock.advance(3 * 3_600_000);
  const newer = await house.queue();
  await house.handOver(newer.seq);
  await house.sent(newer.seq);
  await house.report({ serviceCentreAtMs: olderAtMs + 2_000 });
  assert.deepEqual(
    [await house.status(older.id), await house.status(newer.id)],
    ['delivered', 'sent'],
  );
  await house.report({ serviceCentreAtMs: null });
  assert.equal(await house.status(newer.id), 'delivered', 'without a time stamp the newest');
});

test('a long message is delivered when all its parts are, in whatever order reports come', async () => {
  const { id, seq } = await house.queue({ segments: 2 });
  await house.handOver(seq);
  await house.sent(seq, 1, 10);
  await house.report({ reference: 10 });
  assert.equal(await house.status(id), 'sending');
  await house.handOver(seq, { part: 2 });
  await house.sent(seq, 2, 11);
  assert.equal(await house.status(id), 'sent');
  await house.report({ reference: 11 });
  assert.equal(await house.status(id), 'delivered');
});

test('a report may overtake the answer of its own part', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  assert.equal(await house.report({ reference: 50 }), 'matched');
  assert.equal(await house.status(id), 'delivered');
  await house.sent(seq, 1, 50);
  const detail = await house.api.getMessage(id);
  assert.deepEqual(detail?.parts, [{ number: 1, status: 'delivered', reference: 50 }]);
  assert.equal((await house.api.queueStats()).totals.partsSent, 1);
});

test('a late report settles the one uncertain part that fits, and none when two do', async () => {
  const first = await house.queue();
  await house.handOver(first.seq);
  await house.uncertain(first.seq);
  const atMs = house.clock.nowMs();
  assert.equal(
    await house.report({ reference: 200, serviceCentreAtMs: atMs + 301_000 }),
    'unmatched',
  );
  assert.equal(
    await house.report({ reference: 200, serviceCentreAtMs: atMs - 61_000 }),
    'unmatched',
  );
  assert.equal(await house.report({ reference: 200, serviceCentreAtMs: null }), 'unmatched');
  const second = await house.queue();
  await house.handOver(second.seq);
  await house.uncertain(second.seq);
  assert.equal(await house.report({ reference: 200 }), 'unmatched', 'two candidates');
  await house.api.resolve(second.id, 'cancel', 'ana');
  await house.clock.advance(400_000);
  assert.equal(
    await house.report({ reference: 200, serviceCentreAtMs: atMs + 5_000 }),
    'unmatched',
  );
  const third = await house.queue();
  await house.handOver(third.seq);
  await house.uncertain(third.seq);
  assert.equal(
    await house.report({ reference: 201, outcome: 'undelivered', tpSt: 0x41 }),
    'settled',
  );
  assert.equal(await house.status(third.id), 'undelivered');
  assert.equal(await house.report({ reference: 201 }), 'matched', 'the reference is known now');
  assert.equal(await house.status(third.id), 'delivered');
});

test('a settled part of a long message lets the other parts go on', async () => {
  const { id, seq } = await house.queue({ segments: 2 });
  await house.handOver(seq);
  await house.uncertain(seq);
  assert.equal(await house.report({ reference: 9 }), 'settled');
  assert.equal(await house.status(id), 'queued');
  assert.equal(await house.handOver(seq, { part: 1 }), 'gone');
  assert.equal(await house.handOver(seq, { part: 2 }), 'committed');
});
