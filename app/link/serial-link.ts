import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { CloseReport, Link } from './link.ts';
import { LinkEvents } from './link-events.ts';
import { linkLost, portBusy, portFailed, serialOpenFault } from './port-errors.ts';
import { findPortHolder } from './port-holder.ts';
import { readPort, type UnixPort } from './serial-device.ts';

/** A driver that hangs in open(2) or close(2) is waited for no longer than this. */
const OPEN_LIMIT_MS = 10_000;
const CLOSE_LIMIT_MS = 5_000;
const READ_BUFFER_OCTETS = 4_096;

/**
 * Opens a tty raw, 8N1, with an exclusive lock and without HUPCL (a closing port must not reset the
 * modem). Rejects with `port-not-found`, `port-denied`, `port-busy` or `port-failed`.
 */
export async function openSerialLink(
  path: string,
  baudRate: number,
  label: string,
  clock: Clock,
): Promise<Link> {
  const opening = openPort(path, baudRate);
  const port = await withinMs(clock, OPEN_LIMIT_MS, opening).catch(async (error) => {
    throw await openError(error, path, label);
  });
  if (port === null) {
    // Should the driver come back one day, nobody waits for this port any more.
    opening.then(
      (late) => late.close(),
      () => {},
    );
    throw portFailed(label, 'the driver does not answer');
  }
  return new SerialLink(label, port, clock);
}

/** Over an open port; `openSerialLink` makes it, tests give it a port of their own. */
export class SerialLink implements Link {
  readonly label: string;
  readonly #port: UnixPort;
  readonly #clock: Clock;
  readonly #events: LinkEvents = new LinkEvents();
  #lastWrite: Promise<void> = Promise.resolve();
  #writing = 0;
  #closing: Promise<CloseReport> | null = null;

  constructor(label: string, port: UnixPort, clock: Clock) {
    this.label = label;
    this.#port = port;
    this.#clock = clock;
    void this.#read();
  }

  write(bytes: Uint8Array): Promise<void> {
    const buffer = Buffer.from(bytes);
    // At once where nothing is before it: the octets are on their way when this returns.
    const written =
      this.#writing === 0
        ? this.#port.write(buffer)
        : this.#lastWrite.then(() => this.#port.write(buffer));
    this.#writing += 1;
    this.#lastWrite = written.then(
      () => {
        this.#writing -= 1;
      },
      (error: unknown) => {
        this.#writing -= 1;
        throw linkLost(this.label, error);
      },
    );
    this.#lastWrite.catch(() => this.#lose(undefined));
    return this.#lastWrite;
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#events.setData(listener);
  }

  onClose(listener: (error: GatewayError | null) => void): void {
    this.#events.setClose(listener);
  }

  close(): Promise<CloseReport> {
    this.#events.close(null);
    this.#closing ??= this.#closePort();
    return this.#closing;
  }

  async #read(): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BUFFER_OCTETS);
    try {
      while (!this.#events.closed) {
        this.#events.data(await readPort(this.#port, buffer));
      }
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(cause: unknown): void {
    if (!this.#events.closed) {
      this.#events.close(linkLost(this.label, cause));
      this.#closing ??= this.#closePort();
    }
  }

  async #closePort(): Promise<CloseReport> {
    // Unsent octets would make close(2) wait for a modem that takes none.
    const closed = this.#port
      .flush()
      .catch(() => {})
      .then(() => this.#port.close())
      .then(
        () => true,
        () => true,
      );
    return { hung: (await withinMs(this.#clock, CLOSE_LIMIT_MS, closed)) === null };
  }
}

async function openPort(path: string, baudRate: number): Promise<UnixPort> {
  // Only a process that opens a serial port pays for the native module.
  const { SerialPort } = await import('serialport');
  const port = await SerialPort.binding.open({ path, baudRate, hupcl: false, lock: true });
  if (!('poller' in port)) {
    await port.close();
    throw new Error('serial ports work on Unix systems only');
  }
  return port;
}

async function openError(error: unknown, path: string, label: string): Promise<GatewayError> {
  const code = serialOpenFault(error);
  const options = { retry: 'later', context: { port: label }, cause: error } as const;
  switch (code) {
    case 'port-not-found':
      return new GatewayError(code, `There is no device at ${path}.`, options);
    case 'port-denied':
      return new GatewayError(code, `This user may not open ${path}.`, options);
    case 'port-busy':
      return portBusy(label, await findPortHolder(path), error);
    case 'port-failed':
      return portFailed(label, error instanceof Error ? error.message : String(error), error);
  }
}

/** What `work` resolves with, or null when it takes longer. */
function withinMs<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(limitMs, () => resolve(null));
    work.then(resolve, reject).finally(cancel);
  });
}
