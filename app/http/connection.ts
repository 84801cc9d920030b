import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Admitted } from './admission.ts';

/** What the room keeps about a connection, on the socket itself: it is read at every request. */
export interface Connection {
  /** The connection itself, under TLS too. */
  readonly raw: Socket;
  /** Came through `runDir/api.sock`. */
  readonly local: boolean;
  /** `reserved`: one of those beyond the limit: only `/status*` and `/health/*`, once. */
  readonly admitted: Admitted;
  /** Requests read and not answered yet. */
  inFlight: number;
  /** The newest of them, and its answer. */
  request: IncomingMessage | null;
  response: ServerResponse | null;
}

const CONNECTION = Symbol('connection');
type Marked = Socket & { [CONNECTION]?: Connection };

export function newConnection(raw: Socket, local: boolean, admitted: Admitted): Connection {
  const connection: Connection = {
    raw,
    local,
    admitted,
    inFlight: 0,
    request: null,
    response: null,
  };
  mark(raw, connection);
  return connection;
}

/** Says that `socket` speaks for the connection; for TLS besides the raw one. */
export function mark(socket: Socket, connection: Connection): void {
  (socket as Marked)[CONNECTION] = connection;
}

export function connectionOf(socket: object): Connection | null {
  return (socket as Marked)[CONNECTION] ?? null;
}
