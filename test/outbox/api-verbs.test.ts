import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { MessageId } from '../../app/domain/ids.ts';
import type { Page } from '../../app/outbox/index.ts';
import { type House, MODEM, newId, newMessage, one, openBeside, openHouse } from './fixtures.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse({ maxDepth: 50 });
});
afterEach(() => house.close());

const DAY_MS = 86_400_000;

test('a message comes back as it went in', async () => {
  const message = newMessage({
    to: '12345',
    text: 'ĉu ŝi 😀 \u0000 end',
    encoding: 'ucs2',
    segments: 2,
    priority: 'high',
    flash: true,
    deliveryReport: false,
    onUncertain: 'resend',
    modem: MODEM,
    validitySeconds: 600,
    reference: 'order 7',
    metadata: '{"a":1}',
    keyName: 'shop',
  });
  assert.deepEqual(await house.api.enqueue({ messages: [message], idempotency: null }), {
    kind: 'accepted',
    ids: [message.id],
  });
  const detail = await house.api.getMessage(message.id);
  assert.ok(detail !== null);
  const { timeline, parts, ...record } = detail;
  assert.deepEqual(record, {
    ...message,
    status: 'queued',
    attempts: 0,
    sentAtMs: null,
    deliveredAtMs: null,
    errorCode: null,
    queuePosition: 1,
    waitUntilMs: null,
  });
  assert.deepEqual(
    parts,
    [1, 2].map((number) => ({ number, status: 'pending', reference: null })),
  );
  assert.equal(timeline.length, 1);
  assert.equal(await house.api.getMessage(newId()), null);
  assert.equal(await house.api.getMessage('nonsense' as MessageId), null);
});

test('an idempotency key answers the first ids, in this process and in another', async () => {
  const second = await openBeside(house);
  const first = one({}, 'k1');
  assert.equal((await house.api.enqueue(first)).kind, 'accepted');
  const ids = first.messages.map((message) => message.id);
  for (const outbox of [house.api, second]) {
    assert.deepEqual(await outbox.enqueue(one({}, 'k1')), { kind: 'replayed', ids });
  }
  const other = { ...one({}, 'k1'), idempotency: { key: 'k1', bodyHash: 'cd'.repeat(32) } };
  assert.deepEqual(await second.enqueue(other), { kind: 'idempotency-key-reused' });
  assert.equal((await second.enqueue(one({ keyName: 'other' }, 'k1'))).kind, 'accepted');
  const race = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? house.api : second).enqueue(one({}, 'k2')),
    ),
  );
  assert.equal(race.filter((result) => result.kind === 'accepted').length, 1);
  const answers = new Set(
    race.map((result) => ('ids' in result ? result.ids.join() : result.kind)),
  );
  assert.equal(answers.size, 1);
  assert.equal((await house.api.queueStats()).queued, 3);
  await second.close();
});

test('a batch is all or nothing, and its key answers the ids in their order', async () => {
  const batch = {
    messages: Array.from({ length: 30 }, () => newMessage()),
    idempotency: { key: 'b', bodyHash: 'batch' },
  };
  const ids = batch.messages.map((message) => message.id);
  assert.deepEqual(await house.api.enqueue(batch), { kind: 'accepted', ids });
  assert.deepEqual(await house.api.enqueue(batch), { kind: 'replayed', ids });
  const tooMany = {
    messages: Array.from({ length: 21 }, () => newMessage()),
    idempotency: { key: 'c', bodyHash: 'x' },
  };
  assert.deepEqual(await house.api.enqueue(tooMany), { kind: 'queue-full', depth: 30 });
  const again = { ...tooMany, messages: tooMany.messages.slice(0, 20) };
  assert.equal((await house.api.enqueue(again)).kind, 'accepted', 'the refusal kept no key');
  assert.deepEqual(await house.api.enqueue(one()), { kind: 'queue-full', depth: 50 });
  assert.equal(house.api.health().depth, 50);
});

test('a repeated id is refused alone; the group around it is accepted', async () => {
  const message = newMessage();
  const twice = { messages: [message], idempotency: null };
  const results = await Promise.allSettled([
    house.api.enqueue(one()),
    house.api.enqueue(twice),
    house.api.enqueue(twice),
    house.api.enqueue({ messages: [newMessage(), message], idempotency: null }),
    house.api.enqueue(one()),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.equal((await house.api.queueStats()).queued, 3);
});

test('the bound holds exactly over two processes’ writers', async () => {
  const second = await openBeside(house);
  const results = await Promise.all(
    Array.from({ length: 120 }, (_, index) =>
      (index % 2 === 0 ? house.api : second).enqueue(one()),
    ),
  );
  assert.equal(results.filter((result) => result.kind === 'accepted').length, 50);
  assert.equal(results.filter((result) => result.kind === 'queue-full').length, 70);
  await second.close();
});

test('bulk cancel by id, reference and recipient leaves what was handed over', async () => {
  const first = await house.queue({ reference: 'r' });
  const second = await house.queue({ reference: 'r' });
  const third = await house.queue({ to: '+628111' });
  await house.queue({ to: '+628112' });
  await house.handOver(second.seq);
  const { api } = house;
  const ids = [first.id, newId()];
  assert.deepEqual(await api.cancelMany({ by: 'ids', ids }, 'ana'), { canceled: 1 });
  assert.deepEqual(await api.cancelMany({ by: 'reference', reference: 'r' }, 'ana'), {
    canceled: 0,
  });
  assert.deepEqual(await api.cancelMany({ by: 'to', to: '+628111' }, 'ana'), { canceled: 1 });
  assert.equal((await api.getMessage(third.id))?.timeline.at(-1)?.detail, 'by ana');
  assert.equal((await api.queueStats()).queued, 1);
});

test('lists: newest first, every filter and combination, pages without gap or repeat', async () => {
  const { api } = house;
  for (let index = 0; index < 40; index += 1) {
    await house.queue({
      to: index % 2 === 0 ? '+62811' : '+62822',
      reference: index % 4 === 0 ? 'four' : null,
    });
    await house.clock.advance(1_000);
  }
  const all = await api.listMessages({ limit: 100 });
  assert.equal(all.items.length, 40);
  assert.equal(all.nextCursor, null);
  const times = all.items.map((item) => item.createdAtMs);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => b - a),
  );
  await api.cancelMany({ by: 'ids', ids: all.items.slice(0, 10).map((item) => item.id) }, 'ana');
  const sinceMs = all.items[15]?.createdAtMs ?? 0;
  for (const [filter, wanted] of [
    [{}, 40],
    [{ status: 'canceled' }, 10],
    [{ to: '+62811' }, 20],
    [{ reference: 'four' }, 10],
    [{ sinceMs }, 16],
    [{ to: '+62811', status: 'canceled' }, 5],
    [{ to: '+62822', reference: 'four' }, 0],
    [{ to: '+62811', reference: 'four', status: 'queued', sinceMs }, 2],
    [{ sinceMs: house.clock.nowMs() }, 0],
  ] as const) {
    const found: string[] = [];
    let page: Page<{ id: string }> | undefined;
    do {
      const cursor = page?.nextCursor ?? undefined;
      page = await api.listMessages({
        ...filter,
        limit: 7,
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.items.map((item) => item.id));
    } while (page.nextCursor !== null);
    const expected = all.items.map((item) => item.id).filter((id) => found.includes(id));
    assert.deepEqual(found, expected, JSON.stringify(filter));
    assert.equal(found.length, wanted, JSON.stringify(filter));
  }
  await assert.rejects(api.listMessages({ limit: 1, cursor: 'bm9uc2Vuc2U' }), {
    code: 'bad-cursor',
  });
});

test('queue positions count what is ahead, with priority', async () => {
  const first = await house.queue();
  const low = await house.queue({ priority: 'low' });
  const high = await house.queue({ priority: 'high' });
  const positions = await Promise.all(
    [first, low, high].map(async ({ id }) => (await house.api.getMessage(id))?.queuePosition),
  );
  assert.deepEqual(positions, [2, 3, 1]);
  const stats = await house.api.queueStats();
  assert.equal(stats.oldestReadyAtMs, house.clock.nowMs());
  assert.equal(stats.oldestHighReadyAtMs, house.clock.nowMs());
});

test('purge takes what ended long ago, in steps, and nothing that may still change', async () => {
  const { api, clock } = house;
  const ended = await house.queue();
  await api.cancel(ended.id, 'ana');
  const keyed = one({ createdAtMs: clock.nowMs() }, 'old');
  await api.enqueue(keyed);
  const waiting = await house.queue();
  await clock.advance(31 * DAY_MS);
  const recent = await house.queue();
  await api.cancel(recent.id, 'ana');
  assert.equal(await api.purge(clock.nowMs() - 30 * DAY_MS), 2, 'the message, its public event');
  assert.equal(await api.purge(clock.nowMs() - 30 * DAY_MS), 0);
  assert.equal(await api.getMessage(ended.id), null);
  for (const { id } of [waiting, recent]) {
    assert.notEqual(await api.getMessage(id), null);
  }
  assert.equal((await api.enqueue(one({}, 'old'))).kind, 'replayed', 'its message still waits');
  for (const message of keyed.messages) {
    await api.cancel(message.id, 'ana');
  }
  await clock.advance(6 * DAY_MS);
  await api.purge(clock.nowMs());
  assert.equal((await api.enqueue(one({}, 'old'))).kind, 'replayed', 'ended six days ago');
});

test('an idempotency key is forgotten 30 days old and 7 days after the end', async () => {
  const { api, clock } = house;
  const keyed = one({ createdAtMs: clock.nowMs() }, 'key');
  await api.enqueue(keyed);
  await clock.advance(25 * DAY_MS);
  for (const { id } of keyed.messages) {
    await api.cancel(id, 'ana');
  }
  await clock.advance(6 * DAY_MS);
  await api.purge(0);
  assert.equal((await api.enqueue(one({}, 'key'))).kind, 'replayed');
  await clock.advance(2 * DAY_MS);
  await api.purge(0);
  assert.equal((await api.enqueue(one({}, 'key'))).kind, 'accepted');
});

test('what is asked before close is committed; after it the answer is a clear refusal', async () => {
  const second = await openBeside(house);
  const pending = Promise.all(Array.from({ length: 10 }, () => second.enqueue(one())));
  await second.close();
  assert.equal((await pending).length, 10);
  await assert.rejects(second.enqueue(one()), { code: 'outbox-closed' });
  await assert.rejects(second.listMessages({ limit: 1 }), { code: 'outbox-closed' });
  assert.equal((await house.api.queueStats()).queued, 10);
});

test('the reader thread ends when nobody has asked for a while', async () => {
  await house.api.listMessages({ limit: 1 });
  assert.equal(house.clock.pendingTimers(), 1);
  await house.clock.advance(14_000);
  await house.api.listMessages({ limit: 1 });
  await house.clock.advance(14_000);
  assert.equal(house.clock.pendingTimers(), 1);
  await house.clock.advance(2_000);
  assert.equal(house.clock.pendingTimers(), 0);
  assert.deepEqual(await house.api.listMessages({ limit: 1 }), { items: [], nextCursor: null });
});
