import type { Server, Socket } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import { lineSplitter } from '../local/line-splitter.ts';
import { answerLine } from './answer-line.ts';
import type { VerbContext } from './reply.ts';

const LINE_LIMIT_BYTES = 4_096;
const MOST_CONNECTIONS = 8;
const MOST_WAITING = 8;
/** For a connection that says nothing and waits for nothing. */
const SILENCE_MS = 10_000;
const IDLE_MS = 60_000;

export interface ServeDeps extends VerbContext {
  readonly clock: Pick<Clock, 'bootId' | 'nowMs' | 'schedule'>;
  readonly logger: Logger;
}

/**
 * Answers requests on a server that listens, one at a time and in their order. Resolves when nothing
 * was asked for a minute, with the server closed: systemd keeps the socket and starts the next one.
 */
export function serve(server: Server, deps: ServeDeps): Promise<void> {
  const { clock, logger } = deps;
  const open = new Set<Socket>();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  let cancelIdle = (): void => {};
  return new Promise((resolve) => {
    const quietSoon = (): void => {
      cancelIdle();
      if (open.size === 0 && waiting === 0) {
        cancelIdle = clock.schedule(IDLE_MS, () => server.close(() => resolve()));
      }
    };
    const take = (socket: Socket, line: string): void => {
      if (waiting >= MOST_WAITING) {
        reply(socket, { ok: false, code: 'busy', detail: 'Too many requests wait.' });
        return;
      }
      waiting += 1;
      socket.setTimeout(0);
      last = last
        .then(() => answerLine(line, deps, logger))
        .then((answer) => {
          waiting -= 1;
          reply(socket, answer);
          socket.setTimeout(SILENCE_MS);
          quietSoon();
        });
    };
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', (socket) => {
      cancelIdle();
      open.add(socket);
      const split = lineSplitter((line) => take(socket, line), LINE_LIMIT_BYTES);
      socket.setTimeout(SILENCE_MS, () => socket.destroy());
      socket.on('data', (chunk) => {
        try {
          split(chunk);
        } catch {
          reply(socket, {
            ok: false,
            code: 'line-too-long',
            detail: 'At most 4096 octets a line.',
          });
          socket.destroySoon();
        }
      });
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        open.delete(socket);
        quietSoon();
      });
    });
    quietSoon();
  });
}

function reply(socket: Socket, answer: object): void {
  if (socket.writable && socket.writableLength < 65_536) {
    socket.write(`${JSON.stringify(answer)}\n`);
  }
}
