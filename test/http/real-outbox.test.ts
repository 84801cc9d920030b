import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApiOutbox } from '../../app/outbox/index.ts';
import { QUIET, startTestService } from '../support/http-service.ts';
import { realClock } from '../support/real-clock.ts';

test('over the real outbox: stored, listed, canceled, repeated, and there after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-'));
  const open = () =>
    openApiOutbox({
      file: join(folder, 'pisang.db'),
      clock: realClock,
      logger: QUIET,
      maxDepth: 1_000,
      diskReserveBytes: 0,
      onFailure: () => {},
    });
  let outbox = await open();
  let gateway = await startTestService({ outbox });
  const post = (body: object, key?: string) =>
    gateway.call('POST', '/v1/messages', body, key === undefined ? {} : { 'Idempotency-Key': key });
  type Message = { id: string; status: string; queuePosition: number | null; timeline: unknown[] };
  const json = async <T = Message>(answer: Promise<Response>) => (await (await answer).json()) as T;

  const many = await Promise.all(
    Array.from({ length: 200 }, (_, index) => post({ to: '123', text: `m${index}` })),
  );
  assert.ok(many.every(({ status }) => status === 202));
  const first = await json(post({ to: '089610707901', text: 'pesan', reference: 'r' }, 'once'));
  const again = await post({ to: '+6289610707901', text: 'pesan', reference: 'r' }, 'once');
  assert.equal(again.status, 200);
  assert.equal(((await again.json()) as Message).id, first.id);
  assert.equal((await post({ to: '123', text: 'other' }, 'once')).status, 422);
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const scheduled = await json(post({ to: '123', text: 'later', sendAt: soon }));
  assert.equal(scheduled.status, 'scheduled');
  assert.equal(
    (await json(gateway.call('GET', `/v1/messages/${scheduled.id}`))).status,
    'scheduled',
  );
  const past = await json(post({ to: '123', text: 'now', sendAt: '2020-01-01T00:00:00Z' }));
  assert.equal(past.status, 'queued');
  assert.equal((await json(gateway.call('GET', `/v1/messages/${past.id}`))).status, 'queued');

  type List = { items: Message[]; nextCursor: string | null };
  const seen = new Set<string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: List = await json<List>(
      gateway.call('GET', `/v1/messages?limit=100&cursor=${cursor}`),
    );
    for (const { id } of page.items) {
      seen.add(id);
    }
    cursor = page.nextCursor;
  }
  assert.equal(seen.size, 203);
  assert.equal((await gateway.call('GET', '/v1/messages?cursor=abc')).status, 422);
  assert.deepEqual(await json(gateway.call('POST', '/v1/messages/cancel', { to: '123' })), {
    canceled: 202,
  });
  await gateway.close();
  await outbox.close();

  outbox = await open();
  gateway = await startTestService({ outbox });
  const stored = await json(gateway.call('GET', `/v1/messages/${first.id}`));
  assert.deepEqual([stored.status, stored.queuePosition], ['queued', 1]);
  assert.equal(
    (await post({ to: '089610707901', text: 'pesan', reference: 'r' }, 'once')).status,
    200,
  );
  const canceled = await json(gateway.call('DELETE', `/v1/messages/${first.id}`));
  assert.equal(canceled.status, 'canceled');
  assert.equal(canceled.timeline.length, 2);
  assert.equal(
    (await gateway.call('POST', `/v1/messages/${first.id}/resolve`, { action: 'sent' })).status,
    409,
  );
  await gateway.close();
  await outbox.close();
  rmSync(folder, { recursive: true });
});
