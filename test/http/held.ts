import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { TestService } from '../support/http-service.ts';

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

export interface Held {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: Promise<void>;
}

/** An open connection that keeps what came. */
export async function hold(gateway: TestService, first = ''): Promise<Held> {
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

/** Waits up to 4 s for what another part of the program does. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !condition(); tries += 1) {
    await pause(10);
  }
  assert.ok(condition(), 'the awaited state never came');
}

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
