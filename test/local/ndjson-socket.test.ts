import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { LINE_LIMIT_BYTES, lineSplitter } from '../../app/local/line-splitter.ts';
import {
  connectLines,
  type LineConnection,
  type LineServer,
  listenLines,
} from '../../app/local/ndjson-socket.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pisang-'));
  path = join(folder, 'run', 'worker.sock');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !condition(); turn += 1) {
    await settle();
  }
  assert.ok(condition(), 'the awaited state never came');
}

function echoServer(): Promise<LineServer> {
  return listenLines(path, (connection) => ({
    onMessage: (message) => connection.send({ echo: message }),
  }));
}

test('lines are the same however the octets are cut', () => {
  const bytes = Buffer.from('{"a":"ü"}\n\n{"b":2}\n{"c":');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const lines: string[] = [];
    const split = lineSplitter((line) => lines.push(line));
    split(bytes.subarray(0, cut));
    split(bytes.subarray(cut));
    assert.deepEqual(lines, ['{"a":"ü"}', '{"b":2}']);
  }
});

test('a line of exactly the limit passes, one octet more does not', () => {
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line), 4);
  split(Buffer.from('abcd\n'));
  assert.deepEqual(lines, ['abcd']);
  assert.throws(() => split(Buffer.from('abcde')), { code: 'line-too-long' });
});

test('messages go both ways, and the socket is 0660', async () => {
  const server = await echoServer();
  assert.equal(statSync(path).mode & 0o777, 0o660);
  const got: unknown[] = [];
  const client = connectLines(
    path,
    {
      onOpen: (connection) => void connection.send({ hello: 1 }),
      onMessage: (message) => got.push(message),
    },
    new FakeClock(),
  );
  await until(() => got.length === 1);
  assert.deepEqual(got, [{ echo: { hello: 1 } }]);
  client.close();
  await server.close();
  assert.equal(existsSync(path), false);
});

test('the client comes back after the server did, and says when it is away', async () => {
  const clock = new FakeClock();
  let opens = 0;
  let closes = 0;
  const client = connectLines(
    path,
    { onOpen: () => opens++, onClose: () => closes++, onMessage: () => {} },
    clock,
  );
  await until(() => clock.pendingTimers() === 1);
  assert.equal(client.send({ dropped: true }), false);
  const first = await echoServer();
  await clock.advance(100);
  await until(() => opens === 1);
  await first.close();
  await until(() => closes === 1);
  const second = await echoServer();
  await clock.advance(100);
  await until(() => opens === 2);
  client.close();
  await second.close();
  assert.equal(clock.pendingTimers(), 0);
});

test('a stale socket file is replaced, a live one is respected', async () => {
  const server = await echoServer();
  await assert.rejects(echoServer(), { code: 'socket-in-use' });
  await server.close();
  writeFileSync(path, '');
  const next = await echoServer();
  await next.close();
});

test('a path that the kernel would cut short is refused', async () => {
  path = join(folder, 'x'.repeat(100), 'worker.sock');
  await assert.rejects(echoServer(), { code: 'socket-path-too-long' });
});

for (const [name, octets] of [
  ['a line that never ends', Buffer.alloc(LINE_LIMIT_BYTES + 1, 0x20)],
  ['a line that is not JSON', Buffer.from('hello\n')],
] as const) {
  test(`the server cuts off ${name}`, async () => {
    const closed: (Error | null)[] = [];
    const connections: LineConnection[] = [];
    const server = await listenLines(path, (connection) => {
      connections.push(connection);
      return { onMessage: () => {}, onClose: (error) => closed.push(error) };
    });
    const socket = createConnection({ path });
    socket.on('error', () => {});
    socket.write(octets);
    await until(() => closed.length === 1);
    assert.ok(closed[0] instanceof Error);
    assert.equal(connections[0]?.send({}), false);
    await server.close();
    socket.destroy();
  });
}
