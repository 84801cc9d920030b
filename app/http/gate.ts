import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import { plainAddress } from './address.ts';
import type { Admission, Admitted } from './admission.ts';
import { answerRaw } from './answer.ts';
import { type Connection, newConnection } from './connection.ts';
import { leave, type Traffic } from './exchange.ts';
import { problem } from './problems.ts';

/** A reserved connection must show what it wants within this time. */
const RESERVED_PATIENCE_MS = 2_000;
/** A refused one may read its 503 for so long, at most this many at once; more are cut unread. */
const REFUSED_PATIENCE_MS = 500;
const REFUSED_AT_ONCE = 64;

/** Lets connections in, up to the limit, and hands them to the HTTP server. */
export interface Gate {
  readonly admit: (raw: Socket, secure: boolean) => boolean;
  readonly onConnection: (socket: Socket, raw: Socket) => void;
  readonly onLocalConnection: (socket: Socket) => void;
  /** Every answer that is still to come will be the last on its connection. */
  lastAnswers(): void;
  cutAll(): void;
}

export function gate(
  server: Server,
  admitted: Admission,
  traffic: Traffic,
  nextRequestId: () => string,
  clock: Clock,
): Gate {
  const connections = new Set<Connection>();
  const raws = new Set<Socket>();
  const kinds = new WeakMap<Socket, Admitted>();
  let refusedOpen = 0;

  const enter = (socket: Socket, connection: Connection): void => {
    connections.add(connection);
    socket.once('close', () => {
      connections.delete(connection);
      const left = connection.inFlight;
      connection.inFlight = 0;
      if (left > 0) {
        leave(traffic, left);
      }
    });
    server.emit('connection', socket);
  };

  const refuse = (raw: Socket, secure: boolean): void => {
    raw.on('error', () => raw.destroy());
    if (secure || refusedOpen >= REFUSED_AT_ONCE) {
      raw.destroy();
      return;
    }
    refusedOpen += 1;
    const cancel = clock.schedule(REFUSED_PATIENCE_MS, () => raw.destroy());
    raw.once('close', () => {
      refusedOpen -= 1;
      cancel();
    });
    raw.once('end', () => raw.destroy());
    raw.resume();
    answerRaw(raw, nextRequestId(), problem('too-many-connections'));
  };

  return {
    admit: (raw, secure) => {
      const address = (): string => plainAddress(raw.remoteAddress);
      const kind = admitted.admit(address);
      if (kind === 'refused') {
        refuse(raw, secure);
        return false;
      }
      // After the close the socket no longer knows its peer.
      const peer = kind === 'reserved' ? address() : '';
      kinds.set(raw, kind);
      raws.add(raw);
      raw.once('close', () => {
        raws.delete(raw);
        admitted.release(kind, () => peer);
      });
      return true;
    },
    onConnection: (socket, raw) => {
      const reserved = kinds.get(raw) === 'reserved';
      const connection = newConnection(socket, false, reserved);
      if (reserved) {
        const cancel = clock.schedule(RESERVED_PATIENCE_MS, () => {
          if (connection.request === null) {
            socket.destroy();
          }
        });
        socket.once('close', cancel);
      }
      enter(socket, connection);
    },
    onLocalConnection: (socket) => {
      raws.add(socket);
      socket.once('close', () => raws.delete(socket));
      enter(socket, newConnection(socket, true, false));
    },
    lastAnswers: () => {
      for (const { response } of connections) {
        if (response !== null && !response.headersSent) {
          response.shouldKeepAlive = false;
        }
      }
    },
    cutAll: () => {
      for (const raw of raws) {
        raw.destroy();
      }
    },
  };
}
