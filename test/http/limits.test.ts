import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admission } from '../../app/http/admission.ts';
import { connectionLimit } from '../../app/http/connection-limit.ts';
import { startTestService } from '../support/http-service.ts';
import { get, hold, pause, until } from './held.ts';

const MESSAGE = { to: '123', text: 'a' };

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
  assert.equal(connectionLimit('auto', limits('1000000              1000000')), 12_000);
  assert.equal(connectionLimit('auto', limits('unlimited            unlimited')), 12_000);
  assert.equal(
    connectionLimit('auto', () => {
      throw new Error('no /proc');
    }),
    768,
  );
});

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
