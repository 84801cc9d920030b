import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What the room keeps about a connection, on the socket itself: it is read at every request. */
export interface Connection {
  readonly socket: Socket;
  /** Came through `runDir/api.sock`. */
  readonly local: boolean;
  /** One of those beyond the limit: only `/status*` and `/health/*`, once. */
  readonly reserved: boolean;
  /** Requests read and not answered yet. */
  inFlight: number;
  /** The newest of them, and its answer. */
  request: IncomingMessage | null;
  response: ServerResponse | null;
}

const CONNECTION = Symbol('connection');
type Marked = Socket & { [CONNECTION]?: Connection };

export function newConnection(socket: Socket, local: boolean, reserved: boolean): Connection {
  const connection: Connection = {
    socket,
    local,
    reserved,
    inFlight: 0,
    request: null,
    response: null,
  };
  (socket as Marked)[CONNECTION] = connection;
  return connection;
}

export function connectionOf(socket: object): Connection | null {
  return (socket as Marked)[CONNECTION] ?? null;
}
