import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { MessageId } from '../../app/domain/ids.ts';
import { openWorkerHouse, ref, type WorkerHouse } from './worker-house.ts';

let house: WorkerHouse;
beforeEach(async () => {
  house = await openWorkerHouse();
});
afterEach(() => house.close());

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
    await house.uncertain(seq);
    assert.equal(await house.status(id), 'uncertain');
    assert.equal(await house.handOver(seq), 'gone');
    const result = await house.api.resolve(id, action, 'ana');
    const partsSent = action === 'sent' ? 1 : 0;
    assert.deepEqual(result, { kind: 'resolved', status: after, partsSent });
    const last = (await house.api.getMessage(id))?.timeline.at(-1);
    assert.match(last?.detail ?? '', new RegExp(`${action}, decided by ana`));
    if (action === 'resend') {
      assert.equal(await house.handOver(seq), 'committed');
      await house.sent(seq);
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
    await house.sent(seq);
    await house.handOver(seq, { part: 2 });
    await house.uncertain(seq, 2);
    const result = await house.api.resolve(id, action, 'ana');
    assert.equal(result.kind === 'resolved' && result.status, 'queued');
    for (const part of [1, 2, 3]) {
      const wanted = offered.some((number) => number === part) ? 'committed' : 'gone';
      assert.equal(await house.handOver(seq, { part }), wanted, `${action} part ${part}`);
      if (wanted === 'committed') {
        await house.sent(seq, part);
      }
    }
    assert.equal(await house.status(id), 'sent');
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
  await house.sent(seq, 1, 44);
  assert.equal(await house.status(id), 'sent');
  assert.equal(await house.handOver(seq), 'gone', 'not sent twice');
  assert.equal((await house.api.queueStats()).backingOff, 0);
});

test('a late answer marks an uncertain part sent; the same answer twice changes nothing', async () => {
  const { id, seq } = await house.queue();
  await house.handOver(seq);
  await house.uncertain(seq);
  await house.sent(seq);
  await house.sent(seq);
  assert.equal(await house.status(id), 'sent');
  assert.equal((await house.api.queueStats()).totals.partsSent, 1);
  assert.deepEqual(await house.events(id), ['accepted', 'sending', 'uncertain', 'sent']);
});

test('after a restart: open brackets are told, messages between parts go back to the queue', async () => {
  const open = await house.queue();
  const between = await house.queue({ segments: 2 });
  await house.handOver(open.seq);
  await house.handOver(between.seq);
  await house.sent(between.seq);
  assert.deepEqual(
    (await house.worker.openBrackets()).map(({ seq, part }) => ({ seq, part })),
    [{ seq: open.seq, part: 1 }],
  );
  assert.equal((await house.worker.requeueInterrupted(house.at())).length, 1);
  assert.equal(await house.status(between.id), 'queued');
  assert.equal(await house.status(open.id), 'sending');
});
