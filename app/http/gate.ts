import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import { plainAddress } from './address.ts';
import type { Admission, Admitted } from './admission.ts';
import { answerRaw } from './answer.ts';
import { type Connection, connectionOf, mark, newConnection } from './connection.ts';
import { leave, type Traffic } from './exchange.ts';
import { problem } from './problems.ts';

/** A reserved connection must show what it wants within this time. */
const RESERVED_PATIENCE_MS = 2_000;
/** A refused one may read its 503 for so long, at most this many at once; more are cut unread. */
const REFUSED_PATIENCE_MS = 500;
const REFUSED_AT_ONCE = 64;

/** Lets connections in, up to the limit, and hands them to the HTTP server. */
export interface Gate {
  /** False: it was refused and answered. */
  readonly admit: (raw: Socket, secure: boolean) => boolean;
  /** `socket` speaks HTTP; with TLS it is another one than `raw`. */
  readonly onConnection: (socket: Socket, raw: Socket) => void;
  readonly onLocalConnection: (socket: Socket) => void;
  /** Cuts what never became a connection of the HTTP server (TLS handshakes). */
  cutHandshakes(): void;
}

export function gate(
  server: Server,
  admission: Admission,
  traffic: Traffic,
  nextRequestId: () => string,
  clock: Clock,
): Gate {
  const handshakes = new Set<Socket>();
  let refusedOpen = 0;

  /** One listener for all connections: closures for each would cost more than the rest of this. */
  function onClose(this: Socket): void {
    const connection = connectionOf(this);
    if (connection === null) {
      return;
    }
    if (!connection.local && connection.admitted === 'open') {
      admission.release('open', '');
    }
    const left = connection.inFlight;
    connection.inFlight = 0;
    if (left > 0) {
      leave(traffic, left);
    }
  }

  const enter = (raw: Socket, local: boolean, admitted: Admitted): Connection => {
    const connection = newConnection(raw, local, admitted);
    raw.on('close', onClose);
    return connection;
  };

  /** Gives a connection beyond the limit a short time, and its place back at the end. */
  const reserve = (raw: Socket, address: string): void => {
    const connection = enter(raw, false, 'reserved');
    const cancel = clock.schedule(RESERVED_PATIENCE_MS, () => {
      if (connection.request === null) {
        raw.destroy();
      }
    });
    raw.once('close', () => {
      cancel();
      admission.release('reserved', address);
    });
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
      const admitted = admission.admit(() => plainAddress(raw.remoteAddress));
      switch (admitted) {
        case 'open':
          enter(raw, false, 'open');
          if (secure) {
            handshakes.add(raw);
            raw.once('close', () => handshakes.delete(raw));
          }
          return true;
        case 'reserved':
          reserve(raw, plainAddress(raw.remoteAddress));
          return true;
        case 'refused':
          refuse(raw, secure);
          return false;
      }
    },
    onConnection: (socket, raw) => {
      const connection = connectionOf(raw);
      if (socket !== raw && connection !== null) {
        mark(socket, connection);
        handshakes.delete(raw);
      }
      server.emit('connection', socket);
    },
    onLocalConnection: (socket) => {
      enter(socket, true, 'open');
      server.emit('connection', socket);
    },
    cutHandshakes: () => {
      for (const raw of handshakes) {
        raw.destroy();
      }
    },
  };
}
