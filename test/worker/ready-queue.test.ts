import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageId, ModemId } from '../../app/domain/ids.ts';
import type { ReadyMessage } from '../../app/outbox/contract.ts';
import { ReadyQueue } from '../../app/worker/ready-queue.ts';

const M1 = 'modem1' as ModemId;
const M2 = 'modem2' as ModemId;

function message(seq: number, modem: ModemId | null = null): ReadyMessage {
  return {
    seq,
    id: `id-${seq}` as MessageId,
    to: '+6281',
    text: 'pesan',
    encoding: 'gsm7',
    segments: 1,
    flash: false,
    deliveryReport: true,
    onUncertain: 'hold',
    priority: 'normal',
    modem,
    validitySeconds: null,
    accepted: { atMs: 0, bootId: 'boot-1', monotonicMs: 0 },
    attempts: 0,
    concatReference: null,
    parts: [],
  };
}

/** Rows as the outbox would return them; `reads` counts the queries. */
class FakeRows {
  rows: ReadyMessage[] = [];
  reads = 0;
  nextReady = async (want: {
    modem: ModemId;
    limit: number;
    excludeSeqs: readonly number[];
  }): Promise<readonly ReadyMessage[]> => {
    this.reads += 1;
    const found = this.rows
      .filter((row) => row.modem === null || row.modem === want.modem)
      .filter((row) => !want.excludeSeqs.includes(row.seq))
      .slice(0, want.limit);
    await new Promise((resolve) => setImmediate(resolve));
    return found;
  };
}

test('two modems share the queue and no message is claimed twice, whatever order reads return in', async () => {
  const outbox = new FakeRows();
  outbox.rows = Array.from({ length: 200 }, (_, i) => message(i));
  const queue = new ReadyQueue(outbox, new Map());
  const claimed: number[] = [];
  const lane = async (modem: ModemId): Promise<void> => {
    for (let next = await queue.claim(modem); next !== null; next = await queue.claim(modem)) {
      claimed.push(next.seq);
      const { seq } = next;
      outbox.rows = outbox.rows.filter((row) => row.seq !== seq);
      queue.release(next, false);
      await queue.readAhead(modem);
    }
  };
  await Promise.all([lane(M1), lane(M2)]);
  assert.deepEqual(
    claimed.sort((a, b) => a - b),
    Array.from({ length: 200 }, (_, i) => i),
  );
});

test('messages that name a modem wait for it and never block the other one', async () => {
  const outbox = new FakeRows();
  outbox.rows = [...Array.from({ length: 40 }, (_, i) => message(i, M2)), message(100)];
  const queue = new ReadyQueue(outbox, new Map());
  assert.equal((await queue.claim(M1))?.seq, 100);
  assert.equal(await queue.claim(M1), null);
  assert.equal((await queue.claim(M2))?.seq, 0);
});

test('an empty queue is read once, then only after a nudge', async () => {
  const outbox = new FakeRows();
  const queue = new ReadyQueue(outbox, new Map());
  assert.equal(await queue.claim(M1), null);
  assert.equal(await queue.claim(M1), null);
  assert.equal(outbox.reads, 1);
  const woken = queue.waitForWork(M1, new AbortController().signal);
  outbox.rows = [message(7)];
  queue.nudge();
  await woken;
  assert.equal((await queue.claim(M1))?.seq, 7);
});

test('a nudge that comes while a read is under way is not lost', async () => {
  const outbox = new FakeRows();
  const queue = new ReadyQueue(outbox, new Map());
  const claim = queue.claim(M1);
  outbox.rows = [message(1)];
  queue.nudge();
  const first = await claim;
  assert.equal((first ?? (await queue.claim(M1)))?.seq, 1);
});

test('a message of higher rank that comes while a part is in the air is claimed next', async () => {
  const outbox = new FakeRows();
  outbox.rows = [message(5), message(6), message(8)];
  const queue = new ReadyQueue(outbox, new Map());
  const first = await queue.claim(M1);
  assert.equal(first?.seq, 5);
  outbox.rows = [message(9), message(6), message(8)];
  queue.nudge();
  await queue.readAhead(M1);
  assert.equal((await queue.claim(M1))?.seq, 9);
});

test('a failed read is repeated at the next claim', async () => {
  const outbox = new FakeRows();
  const queue = new ReadyQueue(
    {
      nextReady: (want) =>
        outbox.reads++ === 0 ? Promise.reject(new Error('disk')) : outbox.nextReady(want),
    },
    new Map(),
  );
  outbox.rows = [message(1)];
  await assert.rejects(queue.claim(M1), /disk/);
  assert.equal((await queue.claim(M1))?.seq, 1);
});
