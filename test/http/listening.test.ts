import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseListenAddress } from '../../app/http/listen-address.ts';
import { KEY, startTestService } from '../support/http-service.ts';
import { get, hold, pause, until } from './held.ts';

const MESSAGE = { to: '123', text: 'a' };

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
