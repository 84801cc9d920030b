import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { KEY, startTestService } from '../support/http-service.ts';
import { get } from './held.ts';

const MESSAGE = { to: '123', text: 'a' };

const STORAGE: readonly (readonly [string, GatewayError['retry'], number, string])[] = [
  ['storage-full', 'later', 507, 'storage-full'],
  ['storage-read-only', 'later', 503, 'storage-readonly'],
  ['storage-failing', 'later', 503, 'storage-failing'],
  ['storage-damaged', 'never', 503, 'database-damaged'],
  ['storage-missing', 'never', 503, 'database-missing'],
  ['schema-newer', 'never', 503, 'database-newer'],
  ['queue-busy', 'later', 503, 'queue-busy'],
  ['schema-changed', 'later', 503, 'updating'],
  ['outbox-closed', 'safe', 503, 'shutting-down'],
  ['idempotency-in-flight', 'later', 409, 'idempotency-in-flight'],
];

for (const [error, retry, status, code] of STORAGE) {
  test(`an outbox that rejects with ${error} gives ${status} ${code} on each call that stores`, async () => {
    const gateway = await startTestService({ legacy: { requireKey: false } });
    gateway.outbox.beforeCommit = () => {
      throw new GatewayError(error, 'no', { retry });
    };
    for (const [path, body] of [
      ['/v1/messages', MESSAGE],
      ['/v1/messages/batch', { messages: [MESSAGE] }],
    ] as const) {
      const answer = await gateway.call('POST', path, body);
      assert.equal(answer.status, status);
      assert.equal(((await answer.json()) as { code: string }).code, code);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
    }
    const legacy = await fetch(`${gateway.url}/s.py?rcpt=123&msg=a`);
    assert.equal(legacy.status, status);
    await gateway.close();
  });
}

test('a full queue is 503 with its depth and Retry-After', async () => {
  const gateway = await startTestService();
  gateway.outbox.maxDepth = 1;
  assert.equal((await gateway.call('POST', '/v1/messages', MESSAGE)).status, 202);
  const full = await gateway.call('POST', '/v1/messages', MESSAGE);
  assert.equal(full.status, 503);
  assert.equal(full.headers.get('retry-after'), '10');
  const { code, detail } = (await full.json()) as { code: string; detail: string };
  assert.equal(code, 'queue-full');
  assert.match(detail, /^1 messages wait/);
  await gateway.close();
});

for (const error of [
  new GatewayError('commit-unknown', 'fsync failed', { retry: 'unknown-outcome' }),
  new GatewayError('outbox-fault', 'what?', { retry: 'never' }),
  new Error('the thread died'),
]) {
  test(`when nobody knows whether it was stored (${error.message}), the connection ends without a status`, async () => {
    const gateway = await startTestService({ legacy: { requireKey: false } });
    gateway.outbox.beforeCommit = () => {
      throw error;
    };
    const post = (path: string, body: string) =>
      gateway.raw(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    assert.equal(await post('/v1/messages', JSON.stringify(MESSAGE)), '');
    assert.equal(await post('/v1/messages/batch', JSON.stringify({ messages: [MESSAGE] })), '');
    assert.equal(await gateway.raw(get('/s.py?rcpt=123&msg=a')), '');
    assert.equal((await gateway.call('GET', '/health/live')).status, 200);
    await gateway.close();
  });
}
