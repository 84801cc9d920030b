import { chmodSync, mkdirSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import { lineSplitter } from './line-splitter.ts';

/** A peer that leaves more than this unread is cut off, so that it can't fill our memory. */
const UNREAD_LIMIT_BYTES = 4_194_304;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;
/** `sun_path` of `sockaddr_un` (unix(7)) less its final NUL. */
const PATH_LIMIT_BYTES = 107;

/** One end of an open connection. */
export interface LineConnection {
  /** Writes one JSON line; false when the connection is gone. Never throws. */
  send(message: object): boolean;
  close(): void;
}

export interface LineHandlers {
  /** One parsed line. What it throws closes the connection. */
  onMessage(message: unknown): void;
  /** Once, when the connection is over; `error` is null after an orderly end. */
  onClose?(error: Error | null): void;
}

export interface LineServer {
  /** Sends to every open connection. */
  broadcast(message: object): void;
  connectionCount(): number;
  /** Cuts all connections and removes the socket file. */
  close(): Promise<void>;
}

export interface LineClient {
  connected(): boolean;
  /** False when not connected: the line is dropped, not kept. */
  send(message: object): boolean;
  close(): void;
}

/**
 * Listens on the Unix socket `path` (0660) for JSON lines. A file left by a dead process is
 * replaced; `socket-in-use` when another process answers there.
 */
export async function listenLines(
  path: string,
  onConnection: (connection: LineConnection) => LineHandlers,
): Promise<LineServer> {
  await claimSocketPath(path);
  const open = new Map<LineConnection, Socket>();
  const server = createServer((socket) => {
    let handlers: LineHandlers | null = null;
    const connection = attach(socket, {
      onMessage: (message) => handlers?.onMessage(message),
      onClose: (error) => {
        open.delete(connection);
        handlers?.onClose?.(error);
      },
    });
    open.set(connection, socket);
    handlers = onConnection(connection);
  });
  await listenOn(server, path);
  return {
    broadcast: (message) => {
      for (const connection of open.keys()) {
        connection.send(message);
      }
    },
    connectionCount: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open.values()) {
          socket.destroy();
        }
      }),
  };
}

/**
 * Keeps a connection to `path`, trying again after 0.1 s, then ever later up to 2 s, until closed.
 * `onOpen` runs at each (re)connection.
 */
export function connectLines(
  path: string,
  handlers: LineHandlers & { onOpen?(connection: LineConnection): void },
  clock: Clock,
): LineClient {
  let connection: LineConnection | null = null;
  let socket: Socket | null = null;
  let cancelRetry: () => void = () => {};
  let retryMs = FIRST_RETRY_MS;
  let closed = false;

  const connect = (): void => {
    const attempt = createConnection({ path });
    socket = attempt;
    const opened = attach(attempt, {
      onMessage: (message) => handlers.onMessage(message),
      onClose: (error) => {
        const wasOpen = connection !== null;
        connection = null;
        socket = null;
        if (wasOpen) {
          handlers.onClose?.(error);
        }
        if (!closed) {
          cancelRetry = clock.schedule(retryMs, connect);
          retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
        }
      },
    });
    attempt.once('connect', () => {
      connection = opened;
      retryMs = FIRST_RETRY_MS;
      handlers.onOpen?.(opened);
    });
  };
  connect();
  return {
    connected: () => connection !== null,
    send: (message) => connection?.send(message) ?? false,
    close: () => {
      closed = true;
      cancelRetry();
      socket?.destroy();
    },
  };
}

/** Binds `server` to the Unix socket `path` with mode 0660; the folder is made when it is missing. */
export function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, () => {
      server.off('error', reject);
      chmodSync(path, 0o660);
      resolve();
    });
  });
}

/** Makes `path` free to bind: removes a file nobody listens on; rejects with `socket-in-use`. */
export async function claimSocketPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_LIMIT_BYTES) {
    throw new GatewayError(
      'socket-path-too-long',
      `The socket path ${path} is longer than ${PATH_LIMIT_BYTES} octets; set a shorter runDir.`,
      { retry: 'never' },
    );
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  const answered = await new Promise<boolean>((resolve) => {
    const probe = createConnection({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (answered) {
    throw new GatewayError('socket-in-use', `Another process is already serving ${path}.`, {
      retry: 'later',
    });
  }
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
}

function attach(socket: Socket, handlers: LineHandlers): LineConnection {
  let failure: Error | null = null;
  const split = lineSplitter((line) => {
    if (!socket.destroyed) {
      handlers.onMessage(JSON.parse(line));
    }
  });
  socket.on('data', (chunk) => {
    try {
      split(chunk);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.once('close', () => handlers.onClose?.(failure));
  return {
    send: (message) => {
      if (socket.destroyed || !socket.writable) {
        return false;
      }
      socket.write(`${JSON.stringify(message)}\n`);
      if (socket.writableLength > UNREAD_LIMIT_BYTES) {
        socket.destroy(
          new GatewayError('peer-not-reading', 'The other side stopped reading.', {
            retry: 'later',
          }),
        );
        return false;
      }
      return true;
    },
    close: () => {
      socket.end();
      socket.destroySoon();
    },
  };
}
