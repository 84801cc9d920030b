import { createConnection, type Socket } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import type { GatewayError } from '../domain/gateway-error.ts';
import type { CloseReport, Link } from './link.ts';
import { LinkEvents } from './link-events.ts';
import { linkLost, portFailed } from './port-errors.ts';

const CONNECT_LIMIT_MS = 10_000;
/** First probe of a connection on which nothing moves, so that a vanished peer is noticed. */
const KEEP_ALIVE_MS = 30_000;

/** Connects to a modem behind ser2net, QEMU or the simulator; rejects with `port-failed`. */
export function openTcpLink(
  host: string,
  port: number,
  label: string,
  clock: Clock,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    const fail = (error: GatewayError): void => {
      cancel();
      socket.destroy();
      reject(error);
    };
    const cancel = clock.schedule(CONNECT_LIMIT_MS, () => fail(portFailed(label, 'no answer')));
    const onError = (error: NodeJS.ErrnoException): void =>
      fail(portFailed(label, error.code ?? error.message, error));
    socket.once('error', onError);
    socket.once('connect', () => {
      cancel();
      socket.off('error', onError);
      resolve(new TcpLink(label, socket));
    });
  });
}

class TcpLink implements Link {
  readonly label: string;
  readonly #socket: Socket;
  readonly #events: LinkEvents = new LinkEvents();
  #cause: unknown;

  constructor(label: string, socket: Socket) {
    this.label = label;
    this.#socket = socket;
    socket.on('data', (bytes) => this.#events.data(bytes));
    socket.on('error', (error) => {
      this.#cause = error;
    });
    socket.once('end', () => socket.destroy());
    socket.once('close', () => this.#events.close(linkLost(label, this.#cause)));
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error === null || error === undefined) {
          resolve();
        } else {
          reject(linkLost(this.label, error));
        }
      });
    });
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#events.setData(listener);
  }

  onClose(listener: (error: GatewayError | null) => void): void {
    this.#events.setClose(listener);
  }

  close(): Promise<CloseReport> {
    this.#events.close(null);
    return new Promise((resolve) => {
      if (this.#socket.closed) {
        resolve({ hung: false });
        return;
      }
      this.#socket.once('close', () => resolve({ hung: false }));
      this.#socket.destroy();
    });
  }
}
