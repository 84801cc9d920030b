import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { MODEM } from './fixtures.ts';
import { openWorkerHouse, ref, type WorkerHouse } from './worker-house.ts';

let house: WorkerHouse;
beforeEach(async () => {
  house = await openWorkerHouse();
});
afterEach(() => house.close());

test('a bracket that was not used leaves the message as if never handed over', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  await house.worker.takeBack(ref(seq), house.at());
  assert.equal(await house.status(id), 'queued');
  assert.deepEqual(await house.worker.openBrackets(), []);
  assert.deepEqual(await house.ready(), [seq]);
  assert.deepEqual(await house.worker.handOverTimes(MODEM, 0), []);
  assert.equal((await house.api.getMessage(id))?.attempts, 0);
  assert.equal(await house.handOver(seq), 'committed');
});

test('a part that never got its prompt leaves the message ready for its missing parts', async () => {
  const { id, seq } = await house.queue({ segments: 2 });
  await house.handOver(seq);
  await house.worker.recordSent({ ...ref(seq), reference: 7, at: house.at() });
  await house.worker.takeBack({ ...ref(seq), part: 2 }, house.at());
  assert.equal(await house.status(id), 'queued');
  assert.deepEqual(await house.ready(), [seq]);
});

test('a canceled message is gone at the hand-over, and one handed over cannot be canceled', async () => {
  const first = await house.queue();
  assert.deepEqual(await house.api.cancel(first.id, 'key a'), { kind: 'canceled' });
  assert.equal(await house.handOver(first.seq), 'gone');
  const second = await house.queue();
  await house.handOver(second.seq);
  assert.deepEqual(await house.api.cancel(second.id, 'key a'), {
    kind: 'not-cancelable',
    status: 'sending',
  });
  assert.equal(await house.handOver(second.seq), 'gone', 'the part is in the modem already');
  assert.equal(await house.handOver(12_345), 'gone');
});

test('parts are remembered: a retried long message offers only what is missing', async () => {
  const { id, seq } = await house.queue({ segments: 3, text: 'x'.repeat(400) });
  assert.equal((await house.api.queueStats()).parts, 3);
  await house.handOver(seq, { concatReference: 99 });
  await house.sent(seq);
  assert.equal(await house.status(id), 'sending');
  assert.equal((await house.api.queueStats()).parts, 2);
  await house.handOver(seq, { part: 2, concatReference: 99 });
  await house.worker.recordFailure({
    ...ref(seq, 2),
    code: 'cms-38',
    spendsAttempt: true,
    next: { kind: 'requeue', waitUntilMs: null },
    at: house.at(),
  });
  const [message] = await house.worker.nextReady({
    modem: MODEM,
    routes: [],
    limit: 1,
    excludeSeqs: [],
  });
  assert.equal(message?.concatReference, 99);
  assert.equal(message?.attempts, 1);
  assert.deepEqual(message?.parts, [{ number: 1, status: 'sent' }]);
  assert.equal(await house.handOver(seq, { part: 1 }), 'gone', 'part 1 was sent');
  for (const part of [2, 3]) {
    assert.equal(await house.handOver(seq, { part, concatReference: 99 }), 'committed');
    await house.sent(seq, part, part);
  }
  assert.equal(await house.status(id), 'sent');
  assert.equal((await house.api.getMessage(id))?.errorCode, null);
});

test('a failure waits for its back-off, then the message is ready; the last one ends it', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  const waitUntilMs = house.clock.nowMs() + 30_000;
  const failure = { ...ref(seq), code: 'cms-38', spendsAttempt: true, at: house.at() };
  await house.worker.recordFailure({ ...failure, next: { kind: 'requeue', waitUntilMs } });
  assert.deepEqual(await house.ready(), []);
  assert.equal(await house.handOver(seq), 'gone', 'it is backing off');
  const record = await house.api.getMessage(id);
  assert.equal(record?.waitUntilMs, waitUntilMs);
  assert.equal(record?.queuePosition, null);
  assert.equal((await house.api.queueStats()).backingOff, 1);
  assert.equal(await house.worker.wakeDue(house.clock.nowMs(), true), waitUntilMs);
  assert.equal(await house.worker.wakeDue(waitUntilMs, true), null);
  assert.deepEqual(await house.ready(), [seq]);
  await house.handOver(seq);
  await house.worker.recordFailure({ ...failure, next: { kind: 'fail' } });
  const failed = await house.api.getMessage(id);
  assert.equal(failed?.status, 'failed');
  assert.equal(failed?.errorCode, 'cms-38');
  assert.equal(failed?.attempts, 2);
  assert.equal((await house.api.queueStats()).totals.failed, 1);
});

test('a message refused before any hand-over can be put off or ended too', async () => {
  const { id, seq } = await house.queue();
  const failure = { ...ref(seq), code: 'cms-500', spendsAttempt: false, at: house.at() };
  await house.worker.recordFailure({ ...failure, next: { kind: 'requeue', waitUntilMs: null } });
  assert.deepEqual(await house.ready(), [seq]);
  await house.worker.recordFailure({ ...failure, next: { kind: 'fail' } });
  assert.equal(await house.status(id), 'failed');
});

test('a modem is offered its lane and everyone’s, by priority, then by age, along its routes', async () => {
  const low = await house.queue({ priority: 'low' });
  const normal = await house.queue({ to: '+62811000001' });
  const foreign = await house.queue({ modem: 'modem2' as never });
  const own = await house.queue({ modem: MODEM, to: '+60123456789' });
  const high = await house.queue({ priority: 'high' });
  assert.deepEqual(await house.ready(), [high.seq, normal.seq, own.seq, low.seq]);
  assert.deepEqual(await house.ready(['+62811', '+63']), [normal.seq, own.seq]);
  const rest = await house.worker.nextReady({
    modem: MODEM,
    routes: [],
    limit: 2,
    excludeSeqs: [high.seq, own.seq],
  });
  assert.deepEqual(
    rest.map((message) => message.seq),
    [normal.seq, low.seq],
  );
  assert.equal((await house.api.getMessage(foreign.id))?.modem, 'modem2');
});

test('expire ends what waits, never what the modem holds', async () => {
  const waiting = await house.queue();
  const held = await house.queue();
  await house.handOver(held.seq);
  await house.worker.expire(waiting.seq, house.at());
  await house.worker.expire(held.seq, house.at());
  await house.worker.expire(999, house.at());
  assert.deepEqual(
    [await house.status(waiting.id), await house.status(held.id)],
    ['expired', 'sending'],
  );
});

test('the PIN rule: one attempt for each card and PIN, unless the card took it', async () => {
  const attempt = { iccid: '8962', pinHmac: 'h', at: house.at() };
  assert.equal(await house.worker.pinTried('8962'), false);
  assert.equal(await house.worker.pinAttempt(attempt), 'committed');
  assert.equal(await house.worker.pinTried('8962'), true);
  assert.equal(await house.worker.pinAttempt(attempt), 'tried-before', 'no result is a refusal');
  await house.worker.pinResult({ ...attempt, accepted: true });
  assert.equal(await house.worker.pinTried('8962'), false, 'an accepted PIN is proven right');
  assert.equal(await house.worker.pinAttempt(attempt), 'committed');
  assert.equal(await house.worker.pinTried('8962'), true, 'until it is accepted again');
  assert.equal(await house.worker.pinAttempt(attempt), 'tried-before');
  await house.worker.pinResult({ ...attempt, accepted: false });
  assert.equal(await house.worker.pinAttempt(attempt), 'tried-before');
  assert.equal(await house.worker.pinAttempt({ ...attempt, pinHmac: 'other' }), 'committed');
});

test('calls of one turn share a commit and keep their order', async () => {
  const { id, seq } = await house.queue({ segments: 2 });
  await house.handOver(seq);
  const results = await Promise.all([
    house.sent(seq),
    house.handOver(seq, { part: 2 }),
    house.worker
      .recordSent({ ...ref(424_242), reference: null, at: house.at() })
      .catch((error: { code: string }) => error.code),
    house.sent(seq, 2),
  ]);
  assert.deepEqual(results, [undefined, 'committed', 'message-gone', undefined]);
  assert.equal(await house.status(id), 'sent', 'the failing verb took nothing with it');
  assert.equal(house.worker.health().groupSizeP50 !== null, true);
});
