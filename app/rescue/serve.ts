import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createDoor, type Server as Door } from 'node:net';
import { join } from 'node:path';

export interface ServeOptions {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly runDir: string;
  /** Holds `cert.pem` and `key.pem` of the box; without them there is no HTTPS. */
  readonly tlsDir: string;
  readonly listener: RequestListener;
  /** Somebody knocked: the ports are free again, and this process is to leave. */
  readonly onLeave: () => void;
}

export interface Serving {
  /** Of plain HTTP. */
  readonly port: number;
  /** Null without a TLS pair, or when the port is taken. */
  readonly tlsPort: number | null;
}

/** Connections that are open at once; a client that waits longer than this is cut. */
const MOST_CONNECTIONS = 256;
const LIMIT_MS = 10_000;
const HEADER_LIMIT_BYTES = 8_192;

/**
 * Listens on both ports and at `runDir/rescue.sock`; whoever connects there gets the ports and reads
 * `gone`. Rejects with EADDRINUSE when the API serves already.
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const limits = {
    maxHeaderSize: HEADER_LIMIT_BYTES,
    headersTimeout: LIMIT_MS,
    requestTimeout: LIMIT_MS,
    connectionsCheckingInterval: LIMIT_MS / 2,
  };
  const servers: Server[] = [createServer(limits, options.listener)];
  const pair = tlsPair(options.tlsDir);
  if (pair !== null) {
    try {
      servers.push(createTlsServer({ ...limits, ...pair }, options.listener));
    } catch {
      // A damaged pair: the plain page is worth more than none.
    }
  }
  for (const server of servers) {
    server.maxConnections = MOST_CONNECTIONS;
    server.timeout = LIMIT_MS;
    server.on('checkContinue', options.listener);
  }
  // The door is there before a port is held, so that the API never meets a port it cannot ask for.
  const door = await openDoor(options.runDir, () => {
    for (const server of servers) {
      server.close();
      server.closeIdleConnections();
    }
    options.onLeave();
  });
  const [plain, tls] = servers;
  if (plain === undefined) {
    throw new Error('no server');
  }
  try {
    await listen(plain, options.httpPort);
  } catch (error) {
    door.close();
    throw error;
  }
  const secure =
    tls === undefined
      ? false
      : await listen(tls, options.httpsPort).then(
          () => true,
          () => false,
        );
  return { port: portOf(plain), tlsPort: tls !== undefined && secure ? portOf(tls) : null };
}

function tlsPair(folder: string): { cert: Buffer; key: Buffer } | null {
  try {
    return {
      cert: readFileSync(join(folder, 'cert.pem')),
      key: readFileSync(join(folder, 'key.pem')),
    };
  } catch {
    return null;
  }
}

/** IPv6 and IPv4 by one socket; IPv4 alone where the kernel has no IPv6. */
async function listen(server: Server, port: number): Promise<void> {
  try {
    await bound(server, { port, host: '::' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') {
      throw error;
    }
    await bound(server, { port, host: '0.0.0.0' });
  }
}

function bound(server: Server, where: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function openDoor(runDir: string, onKnock: () => void): Promise<Door> {
  const path = join(runDir, 'rescue.sock');
  // systemd runs one of us at a time: what lies there is left over.
  if (existsSync(path)) {
    rmSync(path);
  }
  const door = createDoor((socket) => {
    socket.on('error', () => {});
    onKnock();
    // A closed server has given its port back once this turn of the event loop is over.
    setImmediate(() => socket.end('gone\n'));
  });
  return new Promise((resolve, reject) => {
    door.once('error', reject);
    door.listen(path, () => resolve(door));
  });
}
