import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import type { GatewayError } from '../../app/domain/gateway-error.ts';
import { openLink } from '../../app/link/open-link.ts';
import { FakeClock } from '../support/fake-clock.ts';

let server: Server;
let port: number;
const clock = new FakeClock();
beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.close();
  await once(server, 'close');
  assert.equal(clock.pendingTimers(), 0);
});

test('what arrives before the listener is kept, and writes arrive in order', async () => {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const link = await openLink(`tcp://127.0.0.1:${port}`, { clock });
  const [socket] = await accepted;
  socket.write('\r\nRDY\r\n');
  await link.write(Buffer.from('AT'));
  await link.write(Buffer.from('\r'));
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.ok('AT\r'.startsWith(first.toString()));
  const got = await new Promise<string>((resolve) => {
    link.onData((bytes) => resolve(Buffer.from(bytes).toString()));
  });
  assert.equal(got, '\r\nRDY\r\n');
  assert.deepEqual(await link.close(), { hung: false });
  await once(socket, 'close');
});

test('a peer that ends is link-lost; our own close is null', async () => {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const link = await openLink(`tcp://127.0.0.1:${port}`, { clock });
  const [socket] = await accepted;
  const lost = new Promise<GatewayError | null>((resolve) => link.onClose(resolve));
  socket.end();
  assert.equal((await lost)?.code, 'link-lost');
  await assert.rejects(link.write(Buffer.from('AT\r')), { code: 'link-lost' });
  await link.close();

  const other = await openLink(`tcp://127.0.0.1:${port}`, { clock });
  const closed = new Promise<GatewayError | null>((resolve) => other.onClose(resolve));
  await other.close();
  assert.equal(await closed, null);
});

test('a port where nobody listens is port-failed', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const free = (other.address() as AddressInfo).port;
  other.close();
  await once(other, 'close');
  await assert.rejects(openLink(`tcp://127.0.0.1:${free}`, { clock }), {
    code: 'port-failed',
    retry: 'later',
  });
});

test('a TCP link does not load the serial library', async () => {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const link = await openLink(`tcp://127.0.0.1:${port}`, { clock });
  await accepted;
  await link.close();
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  assert.deepEqual(
    loaded.filter((path) => path.includes('bindings-cpp')),
    [],
  );
});
