import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { TLSSocket } from 'node:tls';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import { claimSocketPath, listenOn } from '../local/ndjson-socket.ts';
import { listenUrl, parseListenAddress } from './listen-address.ts';

/** One place where connections come in. */
export interface ListenPlan {
  readonly address: string;
  /** Null: plain HTTP. Asked at each connection, so that a renewed certificate counts at once. */
  readonly secureContext: (() => SecureContext) | null;
}

export interface Listeners {
  /** What is bound, as URLs (`http://127.0.0.1:8080`) or `unix:/path`. */
  readonly addresses: readonly string[];
  /** Stops accepting and leaves the kernel's queue to the other processes on the port. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly backlog: number;
  readonly handshakeTimeoutMs: number;
  readonly logger: Logger;
  /** Other processes may hold the same Unix socket, so its file is not claimed. */
  readonly shared: boolean;
  /** `raw` is the connection itself, also where TLS will be spoken on it. False: it was ended. */
  readonly admit: (raw: Socket, secure: boolean) => boolean;
  /** `socket` speaks HTTP; for TLS after the handshake. */
  readonly onConnection: (socket: Socket, raw: Socket) => void;
}

/** Binds all; when one fails, none stays bound. */
export async function openListeners(
  plans: readonly ListenPlan[],
  options: ListenOptions,
): Promise<Listeners> {
  const bound: { server: Server; rebind: () => Promise<void>; url: string }[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(bound.map(({ server }) => closed(server)));
  };
  try {
    for (const plan of plans) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (raw) =>
        accept(raw, plan, options),
      );
      const url = await bind(server, plan, options, plans);
      if (url !== null) {
        const again = url.startsWith('unix:')
          ? plan
          : { ...plan, address: url.replace(/^https?:\/\//, '') };
        bound.push({
          server,
          url,
          rebind: async () => void (await bind(server, again, options, plans)),
        });
      }
    }
  } catch (error) {
    await closeAll();
    throw error;
  }
  if (bound.length === 0 && plans.length > 0) {
    throw new GatewayError('nothing-to-listen-on', 'None of http.listen could be bound.', {
      retry: 'later',
    });
  }
  return {
    addresses: bound.map(({ url }) => url),
    pause: closeAll,
    resume: async () => {
      await Promise.all(
        bound.filter(({ server }) => !server.listening).map(({ rebind }) => rebind()),
      );
    },
    close: closeAll,
  };
}

function accept(raw: Socket, plan: ListenPlan, options: ListenOptions): void {
  if (!options.admit(raw, plan.secureContext !== null)) {
    return;
  }
  if (plan.secureContext === null) {
    options.onConnection(raw, raw);
    return;
  }
  const secure = new TLSSocket(raw, {
    isServer: true,
    secureContext: plan.secureContext(),
    ALPNProtocols: ['http/1.1'],
  });
  raw.on('error', () => secure.destroy());
  const giveUp = (): void => {
    secure.destroy();
    raw.destroy();
  };
  secure.on('error', giveUp);
  raw.setTimeout(options.handshakeTimeoutMs, giveUp);
  secure.once('secure', () => {
    raw.setTimeout(0);
    raw.off('timeout', giveUp);
    secure.off('error', giveUp);
    options.onConnection(secure, raw);
  });
}

/** The URL it is bound to; null where the machine has no IPv6 and another address can serve. */
async function bind(
  server: Server,
  plan: ListenPlan,
  options: ListenOptions,
  all: readonly ListenPlan[],
): Promise<string | null> {
  const address = parseListenAddress(plan.address);
  if (address.kind === 'unix') {
    if (!options.shared) {
      await claimSocketPath(address.path);
    }
    await listenOn(server, address.path);
    return plan.address;
  }
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(
        {
          host: address.host === '' ? '::' : address.host,
          port: address.port,
          backlog: options.backlog,
          // Both "any" addresses on one port collide unless the IPv6 one keeps to itself.
          ipv6Only: address.host === '::' && all.length > 1,
        },
        () => {
          server.off('error', reject);
          resolve();
        },
      );
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (
      address.host === '::' &&
      all.length > 1 &&
      /^E(AFNOSUPPORT|ADDRNOTAVAIL|INVAL)$/.test(code)
    ) {
      options.logger.warn({ address: plan.address }, 'this machine has no IPv6; not bound');
      return null;
    }
    throw new GatewayError('cannot-listen', listenSentence(plan.address, code), {
      retry: 'later',
      cause: error,
    });
  }
  const at = server.address();
  const port = typeof at === 'object' && at !== null ? at.port : address.port;
  return listenUrl(plan.secureContext === null ? 'http' : 'https', address.host, port);
}

function listenSentence(address: string, code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `http.listen: ${address} is taken by another program; stop it or choose another port.`;
    case 'EACCES':
      return `http.listen: this user may not bind ${address}; ports below 1024 need CAP_NET_BIND_SERVICE.`;
    case 'EADDRNOTAVAIL':
      return `http.listen: ${address} is no address of this machine.`;
    default:
      return `http.listen: ${address} can't be bound (${code}).`;
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) {
      server.close(() => resolve());
      // `close` waits for connections; those are the HTTP server's, which outlive the listener.
      setImmediate(resolve);
    } else {
      resolve();
    }
  });
}
