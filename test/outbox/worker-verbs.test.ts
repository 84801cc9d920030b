import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { MessageId } from '../../app/domain/ids.ts';
import type { StatusReport } from '../../app/outbox/index.ts';
import { type House, MODEM, openHouse } from './fixtures.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const status = async (id: MessageId) => (await house.api.getMessage(id))?.status;
const events = async (id: MessageId) =>
  (await house.api.getMessage(id))?.timeline.map((entry) => entry.event);
const ref = (seq: number, part = 1) => ({ seq, part, modem: MODEM });
const sent = (seq: number, part = 1, reference: number | null = 7) =>
  house.worker.recordSent({ ...ref(seq, part), reference, at: house.at() });
const uncertain = (seq: number, part = 1) =>
  house.worker.recordUncertain({
    ...ref(seq, part),
    code: 'no-answer',
    next: { kind: 'hold' },
    at: house.at(),
  });
const ready = async (routes: readonly string[] = []) =>
  (await house.worker.nextReady({ modem: MODEM, routes, limit: 100, excludeSeqs: [] })).map(
    (message) => message.seq,
  );
const report = (fields: Partial<StatusReport> = {}) =>
  house.worker.recordReport({
    modem: MODEM,
    iccid: '8962',
    reference: 7,
    recipient: '+6289610707901',
    serviceCentreAtMs: house.clock.nowMs(),
    dischargedAtMs: null,
    tpSt: 0,
    outcome: 'delivered',
    pdu: '0006',
    at: house.at(),
    ...fields,
  });

test('a bracket that was not used leaves the message as if never handed over', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  await house.worker.takeBack(ref(seq), house.at());
  assert.equal(await status(id), 'queued');
  assert.deepEqual(await house.worker.openBrackets(), []);
  assert.deepEqual(await ready(), [seq]);
  assert.deepEqual(await house.worker.handOverTimes(MODEM, 0), []);
  assert.equal((await house.api.getMessage(id))?.attempts, 0);
  assert.equal(await house.handOver(seq), 'committed');
});

test('a part that never got its prompt leaves the message ready for its missing parts', async () => {
  const { id, seq } = await house.queue({ segments: 2 });
  await house.handOver(seq);
  await house.worker.recordSent({ ...ref(seq), reference: 7, at: house.at() });
  await house.worker.takeBack({ ...ref(seq), part: 2 }, house.at());
  assert.equal(await status(id), 'queued');
  assert.deepEqual(await ready(), [seq]);
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
  await sent(seq);
  assert.equal(await status(id), 'sending');
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
    await sent(seq, part, part);
  }
  assert.equal(await status(id), 'sent');
  assert.equal((await house.api.getMessage(id))?.errorCode, null);
});

test('a failure waits for its back-off, then the message is ready; the last one ends it', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  const waitUntilMs = house.clock.nowMs() + 30_000;
  const failure = { ...ref(seq), code: 'cms-38', spendsAttempt: true, at: house.at() };
  await house.worker.recordFailure({ ...failure, next: { kind: 'requeue', waitUntilMs } });
  assert.deepEqual(await ready(), []);
  assert.equal(await house.handOver(seq), 'gone', 'it is backing off');
  const record = await house.api.getMessage(id);
  assert.equal(record?.waitUntilMs, waitUntilMs);
  assert.equal(record?.queuePosition, null);
  assert.equal((await house.api.queueStats()).backingOff, 1);
  assert.equal(await house.worker.wakeDue(house.clock.nowMs(), true), waitUntilMs);
  assert.equal(await house.worker.wakeDue(waitUntilMs, true), null);
  assert.deepEqual(await ready(), [seq]);
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
  assert.deepEqual(await ready(), [seq]);
  await house.worker.recordFailure({ ...failure, next: { kind: 'fail' } });
  assert.equal(await status(id), 'failed');
});

test('an uncertain part holds its message until a person decides', async () => {
  for (const [action, after] of [
    ['resend', 'queued'],
    ['sent', 'sent'],
    ['cancel', 'canceled'],
  ] as const) {
    const { id, seq } = await house.queue();
    assert.deepEqual(await house.api.resolve(id, action, 'ana'), {
      kind: 'not-uncertain',
      status: 'queued',
    });
    await house.handOver(seq);
    await uncertain(seq);
    assert.equal(await status(id), 'uncertain');
    assert.equal(await house.handOver(seq), 'gone');
    const result = await house.api.resolve(id, action, 'ana');
    const partsSent = action === 'sent' ? 1 : 0;
    assert.deepEqual(result, { kind: 'resolved', status: after, partsSent });
    const last = (await house.api.getMessage(id))?.timeline.at(-1);
    assert.match(last?.detail ?? '', new RegExp(`${action}, decided by ana`));
    if (action === 'resend') {
      assert.equal(await house.handOver(seq), 'committed');
      await sent(seq);
    }
  }
  const missing = await house.api.resolve('0193-none' as MessageId, 'sent', 'ana');
  assert.deepEqual(missing, { kind: 'not-found' });
});

test('resolving a long message: resend takes the uncertain and unsent parts, sent lets the rest go on', async () => {
  for (const [action, offered] of [
    ['resend', [2, 3]],
    ['sent', [3]],
  ] as const) {
    const { id, seq } = await house.queue({ segments: 3 });
    await house.handOver(seq);
    await sent(seq);
    await house.handOver(seq, { part: 2 });
    await uncertain(seq, 2);
    const result = await house.api.resolve(id, action, 'ana');
    assert.equal(result.kind === 'resolved' && result.status, 'queued');
    for (const part of [1, 2, 3]) {
      const wanted = offered.some((number) => number === part) ? 'committed' : 'gone';
      assert.equal(await house.handOver(seq, { part }), wanted, `${action} part ${part}`);
      if (wanted === 'committed') {
        await sent(seq, part);
      }
    }
    assert.equal(await status(id), 'sent');
  }
});

test('under resend an unknown outcome goes back to the queue, and a late answer is still welcome', async () => {
  const { id, seq } = await house.queue({ onUncertain: 'resend' });
  await house.handOver(seq);
  const waitUntilMs = house.clock.nowMs() + 5_000;
  await house.worker.recordUncertain({
    ...ref(seq),
    code: 'no-answer',
    next: { kind: 'resend', waitUntilMs },
    at: house.at(),
  });
  const record = await house.api.getMessage(id);
  assert.deepEqual([record?.status, record?.attempts], ['queued', 1]);
  await sent(seq, 1, 44);
  assert.equal(await status(id), 'sent');
  assert.equal(await house.handOver(seq), 'gone', 'not sent twice');
  assert.equal((await house.api.queueStats()).backingOff, 0);
});

test('a late answer marks an uncertain part sent; the same answer twice changes nothing', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  await uncertain(seq);
  await sent(seq);
  await sent(seq);
  assert.equal(await status(id), 'sent');
  assert.equal((await house.api.queueStats()).totals.partsSent, 1);
  assert.deepEqual(await events(id), ['accepted', 'sending', 'uncertain', 'sent']);
});

test('after a restart: open brackets are told, messages between parts go back to the queue', async () => {
  const open = await house.queue();
  const between = await house.queue({ segments: 2 });
  await house.handOver(open.seq);
  await house.handOver(between.seq);
  await sent(between.seq);
  assert.deepEqual(
    (await house.worker.openBrackets()).map(({ seq, part }) => ({ seq, part })),
    [{ seq: open.seq, part: 1 }],
  );
  assert.equal((await house.worker.requeueInterrupted(house.at())).length, 1);
  assert.equal(await status(between.id), 'queued');
  assert.equal(await status(open.id), 'sending');
});

test('a modem is offered its lane and everyone’s, by priority, then by age, along its routes', async () => {
  const low = await house.queue({ priority: 'low' });
  const normal = await house.queue({ to: '+62811000001' });
  const foreign = await house.queue({ modem: 'modem2' as never });
  const own = await house.queue({ modem: MODEM, to: '+60123456789' });
  const high = await house.queue({ priority: 'high' });
  assert.deepEqual(await ready(), [high.seq, normal.seq, own.seq, low.seq]);
  assert.deepEqual(await ready(['+62811', '+63']), [normal.seq, own.seq]);
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

test('a report is matched by card, recipient and reference; a final status stays', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  await sent(seq);
  assert.equal(await report({ recipient: '62899' }), 'unmatched');
  assert.equal(await report({ iccid: 'other' }), 'unmatched');
  assert.equal(await report({ outcome: 'pending', tpSt: 0x20 }), 'matched');
  assert.equal(await status(id), 'sent');
  assert.equal(
    await report({ outcome: 'undelivered', tpSt: 0x40, recipient: '6289610707901' }),
    'matched',
  );
  assert.equal(await status(id), 'undelivered');
  assert.equal(await report(), 'matched');
  assert.equal(await status(id), 'delivered');
  assert.equal(await report({ outcome: 'undelivered', tpSt: 0x40 }), 'matched');
  assert.equal(await status(id), 'delivered');
  assert.deepEqual(await events(id), ['accepted', 'sending', 'sent', 'undelivered', 'delivered']);
});

test('when the 8-bit reference has wrapped, the time stamp tells the parts apart', async () => {
  const older = await house.queue();
  await house.handOver(older.seq);
  await sent(older.seq);
  const olderAtMs = house.clock.nowMs();
  await house.clock.advance(3 * 3_600_000);
  const newer = await house.queue();
  await house.handOver(newer.seq);
  await sent(newer.seq);
  await report({ serviceCentreAtMs: olderAtMs + 2_000 });
  assert.deepEqual([await status(older.id), await status(newer.id)], ['delivered', 'sent']);
  await report({ serviceCentreAtMs: null });
  assert.equal(await status(newer.id), 'delivered', 'without a time stamp the newest');
});

test('a long message is delivered when all its parts are, in whatever order reports come', async () => {
  const { id, seq } = await house.queue({ segments: 2 });
  await house.handOver(seq);
  await sent(seq, 1, 10);
  await report({ reference: 10 });
  assert.equal(await status(id), 'sending');
  await house.handOver(seq, { part: 2 });
  await sent(seq, 2, 11);
  assert.equal(await status(id), 'sent');
  await report({ reference: 11 });
  assert.equal(await status(id), 'delivered');
});

test('a report may overtake the answer of its own part', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  assert.equal(await report({ reference: 50 }), 'matched');
  assert.equal(await status(id), 'delivered');
  await sent(seq, 1, 50);
  const detail = await house.api.getMessage(id);
  assert.deepEqual(detail?.parts, [{ number: 1, status: 'delivered', reference: 50 }]);
  assert.equal((await house.api.queueStats()).totals.partsSent, 1);
});

test('a late report settles the one uncertain part that fits, and none when two do', async () => {
  const first = await house.queue();
  await house.handOver(first.seq);
  await uncertain(first.seq);
  const atMs = house.clock.nowMs();
  assert.equal(await report({ reference: 200, serviceCentreAtMs: atMs + 301_000 }), 'unmatched');
  assert.equal(await report({ reference: 200, serviceCentreAtMs: atMs - 61_000 }), 'unmatched');
  assert.equal(await report({ reference: 200, serviceCentreAtMs: null }), 'unmatched');
  const second = await house.queue();
  await house.handOver(second.seq);
  await uncertain(second.seq);
  assert.equal(await report({ reference: 200 }), 'unmatched', 'two candidates');
  await house.api.resolve(second.id, 'cancel', 'ana');
  await house.clock.advance(400_000);
  assert.equal(await report({ reference: 200, serviceCentreAtMs: atMs + 5_000 }), 'unmatched');
  const third = await house.queue();
  await house.handOver(third.seq);
  await uncertain(third.seq);
  assert.equal(await report({ reference: 201, outcome: 'undelivered', tpSt: 0x41 }), 'settled');
  assert.equal(await status(third.id), 'undelivered');
  assert.equal(await report({ reference: 201 }), 'matched', 'the reference is known now');
  assert.equal(await status(third.id), 'delivered');
});

test('a settled part of a long message lets the other parts go on', async () => {
  const { id, seq } = await house.queue({ segments: 2 });
  await house.handOver(seq);
  await uncertain(seq);
  assert.equal(await report({ reference: 9 }), 'settled');
  assert.equal(await status(id), 'queued');
  assert.equal(await house.handOver(seq, { part: 1 }), 'gone');
  assert.equal(await house.handOver(seq, { part: 2 }), 'committed');
});

test('expire ends what waits, never what the modem holds', async () => {
  const waiting = await house.queue();
  const held = await house.queue();
  await house.handOver(held.seq);
  await house.worker.expire(waiting.seq, house.at());
  await house.worker.expire(held.seq, house.at());
  await house.worker.expire(999, house.at());
  assert.deepEqual([await status(waiting.id), await status(held.id)], ['expired', 'sending']);
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
    sent(seq),
    house.handOver(seq, { part: 2 }),
    house.worker
      .recordSent({ ...ref(424_242), reference: null, at: house.at() })
      .catch((error: { code: string }) => error.code),
    sent(seq, 2),
  ]);
  assert.deepEqual(results, [undefined, 'committed', 'message-gone', undefined]);
  assert.equal(await status(id), 'sent', 'the failing verb took nothing with it');
  assert.equal(house.worker.health().groupSizeP50 !== null, true);
});
