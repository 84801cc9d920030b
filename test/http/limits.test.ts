import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { admission } from '../../app/http/admission.ts';
import { connectionLimit } from '../../app/http/connection-limit.ts';
import { parseListenAddress } from '../../app/http/listen-address.ts';
import { KEY, startTestService, type TestService } from '../support/http-service.ts';

const MESSAGE = { to: '123', text: 'a' };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Held {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: Promise<void>;
}

/** An open connection that keeps what came. */
async function hold(gateway: TestService, first = ''): Promise<Held> {
  const socket = createConnection({ port: gateway.port, host: '127.0.0.1' });
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  socket.write(first);
  await pause(20);
  return { socket, received: () => received, closed };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !condition(); tries += 1) {
    await pause(10);
  }
  assert.ok(condition(), 'the awaited state never came');
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

test('beyond the limit: 4 reserved places an address for status and health, 503 for the rest', async () => {
  const gateway = await startTestService({ http: { maxConnections: 2 } });
  const held = [await hold(gateway), await hold(gateway)];
  assert.match(await gateway.raw(get('/health/live')), /^HTTP\/1.1 200 [\s\S]*Connection: close/i);
  assert.match(await gateway.raw(get('/status')), /^HTTP\/1.1 200 /);
  const other = await gateway.raw(get('/v1/messages'));
  assert.match(other, /^HTTP\/1.1 503 [\s\S]*too-many-connections/);
  assert.match(other, /^Retry-After: /m);
  const silent = await Promise.all([1, 2, 3, 4].map(() => hold(gateway)));
  const fifth = await gateway.raw('');
  assert.match(fifth, /^HTTP\/1.1 503 Service Unavailable\r\n[\s\S]*too-many-connections/);
  assert.match(fifth, /^X-Request-Id: /m);
  const startedMs = Date.now();
  await Promise.all(silent.map(({ closed }) => closed));
  assert.ok(Date.now() - startedMs < 2_500, 'silent ones lose their place after 2 s');
  assert.match(await gateway.raw(get('/health/live')), /^HTTP\/1.1 200 /);
  held[0]?.socket.destroy();
  await pause(50);
  assert.equal((await gateway.call('POST', '/v1/messages', MESSAGE)).status, 202);
  held[1]?.socket.destroy();
  await gateway.close();
});

test('the count of connections comes back to zero, whatever they did', async () => {
  const gateway = await startTestService({ http: { maxConnections: 3 } });
  for (const octets of [
    '',
    'garbage\r\n\r\n',
    get('/health/live'),
    'POST /v1/messages HTTP/1.1\r\n',
  ]) {
    await gateway.raw(octets, { endAfterMs: 60 });
  }
  await until(() => gateway.service.counters.connectionsOpen() === 0);
  await gateway.close();
});

test('reserved places are bounded in all and by address', () => {
  const places = admission(1);
  assert.equal(
    places.admit(() => 'a'),
    'open',
  );
  for (const address of ['a', 'b', 'c', 'd', 'e']) {
    for (let count = 0; count < 4; count += 1) {
      assert.equal(
        places.admit(() => address),
        address === 'e' ? 'refused' : 'reserved',
      );
    }
  }
  assert.equal(places.open(), 17);
  places.release('reserved', 'a');
  assert.equal(
    places.admit(() => 'b'),
    'refused',
    'b has its 4',
  );
  assert.equal(
    places.admit(() => 'e'),
    'reserved',
  );
});

test('the limit follows the descriptors', () => {
  const limits = (text: string) => () => `Max open files            ${text} files\n`;
  assert.equal(connectionLimit(7), 7);
  assert.equal(connectionLimit('auto', limits('1024                 524288')), 768);
  assert.equal(connectionLimit('auto', limits('1000000              1000000')), 10_000);
  assert.equal(connectionLimit('auto', limits('unlimited            unlimited')), 10_000);
  assert.equal(
    connectionLimit('auto', () => {
      throw new Error('no /proc');
    }),
    768,
  );
});

test('listen addresses', () => {
  assert.deepEqual(parseListenAddress('[::1]:80'), { kind: 'tcp', host: '::1', port: 80 });
  assert.deepEqual(parseListenAddress('0.0.0.0:8080'), {
    kind: 'tcp',
    host: '0.0.0.0',
    port: 8080,
  });
  assert.deepEqual(parseListenAddress('unix:/run/a'), { kind: 'unix', path: '/run/a' });
  for (const wrong of ['80', 'host:', 'host:99999', '::1:80', '[::1]', 'host:80x']) {
    assert.throws(() => parseListenAddress(wrong), { code: 'bad-listen-address' });
  }
});

test('an address that is taken is named, and nothing stays bound', async () => {
  const gateway = await startTestService();
  await assert.rejects(
    startTestService({ http: { listen: ['127.0.0.1:0', `127.0.0.1:${gateway.port}`] } }),
    { code: 'cannot-listen', message: new RegExp(`127.0.0.1:${gateway.port} is taken`) },
  );
  await gateway.close();
});

test('two addresses are served at once', async () => {
  const gateway = await startTestService({ http: { listen: ['127.0.0.1:0', '127.0.0.2:0'] } });
  assert.equal(gateway.service.addresses.length, 3);
  for (const url of gateway.service.addresses.slice(0, 2)) {
    assert.equal((await fetch(`${url}/health/live`)).status, 200);
  }
  await gateway.close();
});

test('a stop answers what was accepted, refuses new requests and leaves nothing open', async () => {
  const gateway = await startTestService();
  let commit = (): void => {};
  gateway.outbox.beforeCommit = () => new Promise((resolve) => (commit = resolve));
  const idle = await hold(gateway, get('/health/live'));
  await until(() => idle.received().includes('200 OK'));
  const pending = gateway.call('POST', '/v1/messages', MESSAGE);
  await until(() => gateway.service.counters.requests === 2);
  const closed = gateway.service.close(5_000);
  await pause(20);
  await assert.rejects(fetch(`${gateway.url}/health/live`));
  idle.socket.write(get('/health/live'));
  await until(() => idle.received().includes('shutting-down'));
  assert.match(idle.received(), /HTTP\/1.1 503 [\s\S]*Connection: close/i);
  commit();
  const answer = await pending;
  assert.equal(answer.status, 202);
  assert.equal(answer.headers.get('connection'), 'close');
  await closed;
  await idle.closed;
  await gateway.close();
});

test('a stop cuts what does not end within its grace, without a status', async () => {
  const gateway = await startTestService();
  gateway.outbox.beforeCommit = () => new Promise(() => {});
  const pending = gateway.call('POST', '/v1/messages', MESSAGE);
  await until(() => gateway.service.counters.requests === 1);
  const startedMs = Date.now();
  const cut = assert.rejects(pending);
  await gateway.service.close(200);
  await cut;
  assert.ok(Date.now() - startedMs < 1_500);
  await gateway.close();
});

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

test('many idle and trickling connections leave normal requests alone, and are cut in time', async () => {
  const gateway = await startTestService({ http: { requestTimeoutSeconds: 1 } });
  const head = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';
  const slow = await Promise.all(
    Array.from({ length: 300 }, (_, index) => hold(gateway, index % 2 === 0 ? '' : head)),
  );
  const trickle = setInterval(() => {
    for (const { socket } of slow) {
      socket.write('x');
    }
  }, 100);
  let worstMs = 0;
  for (let count = 0; count < 50; count += 1) {
    const startedMs = performance.now();
    assert.equal((await gateway.call('POST', '/v1/messages', MESSAGE)).status, 202);
    worstMs = Math.max(worstMs, performance.now() - startedMs);
  }
  assert.ok(worstMs < 1_000, `${worstMs} ms`);
  await Promise.all(slow.map(({ closed }) => closed));
  clearInterval(trickle);
  assert.ok(slow.some(({ received }) => received().startsWith('HTTP/1.1 408 ')));
  await gateway.close();
});

test('TLS from files, renewed by a reload; noise on its port harms nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-'));
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const certify = (name: string): void => {
    const pair = (part: string): URL =>
      new URL(`../fixtures/tls/${name}-${part}.pem`, import.meta.url);
    copyFileSync(pair('cert'), certFile);
    copyFileSync(pair('key'), keyFile);
  };
  certify('first');
  const gateway = await startTestService({
    http: { requestTimeoutSeconds: 1, tls: { listen: ['127.0.0.1:0'], certFile, keyFile } },
  });
  const url = gateway.service.addresses.find((address) => address.startsWith('https:')) ?? '';
  const subject = () =>
    new Promise<string>((resolve, reject) => {
      const asking = request(
        `${url}/v1/messages`,
        {
          method: 'POST',
          rejectUnauthorized: false,
          agent: new Agent({ keepAlive: false, maxCachedSessions: 0 }),
          headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' },
        },
        (response) => {
          const { socket } = response as unknown as {
            socket: { getPeerCertificate(): { subject: { CN: string } } };
          };
          const name = socket.getPeerCertificate().subject.CN;
          response.resume();
          response.on('end', () => resolve(`${response.statusCode} ${name}`));
        },
      );
      asking.on('error', reject);
      asking.end(JSON.stringify(MESSAGE));
    });
  assert.equal(await subject(), '202 first');
  const port = Number(new URL(url).port);
  for (const octets of ['GET / HTTP/1.1\r\n\r\n', '']) {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.resume();
    socket.write(octets);
    await once(socket, 'close');
  }
  certify('second');
  gateway.service.reload();
  assert.equal(await subject(), '202 second');
  writeFileSync(certFile, 'broken');
  gateway.service.reload();
  assert.equal(await subject(), '202 second');
  await assert.rejects(
    startTestService({ http: { tls: { listen: ['127.0.0.1:0'], certFile, keyFile } } }),
    { code: 'tls-unreadable' },
  );
  certify('first');
  const otherKind = generateKeyPairSync('ed25519').privateKey;
  writeFileSync(keyFile, otherKind.export({ type: 'pkcs8', format: 'pem' }));
  await assert.rejects(
    startTestService({ http: { tls: { listen: ['127.0.0.1:0'], certFile, keyFile } } }),
    { code: 'tls-unreadable' },
  );
  await until(() => gateway.service.counters.connectionsOpen() === 0);
  await gateway.close();
  rmSync(folder, { recursive: true });
});
