import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterEach } from 'node:test';
import { SystemClock } from '../../app/local/system-clock.ts';
import { type SimulatorOptions, startSimulator } from '../../app/simulator/index.ts';
import type { JournalEntry } from '../../app/simulator/journal.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A program at the modem's line: writes octets and waits for what comes back. */
export class Program {
  readonly socket: Socket;
  /** All octets received, as latin1. */
  received = '';
  closed = false;
  #read = 0;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      this.received += bytes.toString('latin1');
      this.#wake();
    });
    socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Waits for the text after what was read before; returns everything up to its end. */
  async until(wanted: string | RegExp, timeoutMs: number = 3_000): Promise<string> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const rest = this.received.slice(this.#read);
      const found = typeof wanted === 'string' ? find(rest, wanted) : wanted.exec(rest);
      if (found !== null) {
        const end = found.index + found[0].length;
        this.#read += end;
        return rest.slice(0, end);
      }
      assert.ok(
        performance.now() < deadlineMs && !this.closed,
        `no ${String(wanted)} in ${JSON.stringify(rest)}${this.closed ? ' (closed)' : ''}`,
      );
      await this.#news(deadlineMs - performance.now());
    }
  }

  /** Sends a command line; returns all up to its result. */
  async at(line: string): Promise<string> {
    this.write(`${line}\r`);
    return this.until(/(^|\r\n)(OK|ERROR|\+CM[ES] ERROR: [^\r]*|NO CARRIER)\r\n/);
  }

  /** What was received and not read yet, after a while. */
  async quiet(ms: number): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    const rest = this.received.slice(this.#read);
    this.#read = this.received.length;
    return rest;
  }

  async untilClosed(): Promise<void> {
    const deadlineMs = performance.now() + 3_000;
    while (!this.closed) {
      assert.ok(performance.now() < deadlineMs, 'the connection is still open');
      await this.#news(100);
    }
  }

  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, ms));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function find(text: string, wanted: string): { index: number; 0: string } | null {
  const index = text.indexOf(wanted);
  return index === -1 ? null : { index, 0: wanted };
}

/** A running simulator with its control. */
export interface Rig {
  readonly port: number;
  readonly controlPort: number;
  program(): Promise<Program>;
  /** A program after ATE0. */
  quietProgram(): Promise<Program>;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  journal(): Promise<JournalEntry[]>;
  close(): Promise<void>;
}

const running = new Set<() => Promise<void>>();

afterEach(async () => {
  for (const close of running) {
    await close();
  }
  assert.equal(running.size, 0);
});

/** Starts a simulator that ends with the test. */
export async function start(options: Partial<SimulatorOptions> = {}): Promise<Rig> {
  const simulator = await startSimulator({
    host: '127.0.0.1',
    port: 0,
    reportMs: 20,
    logger: silent,
    random: (length) => randomBytes(length),
    clock: new SystemClock(),
    ...options,
  });
  const programs: Program[] = [];
  const base = `http://127.0.0.1:${simulator.controlPort}`;
  const program = async (): Promise<Program> => {
    const socket = connect(simulator.port, '127.0.0.1');
    const made = new Program(socket);
    programs.push(made);
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return made;
  };
  const close = async (): Promise<void> => {
    running.delete(close);
    for (const one of programs) {
      one.socket.destroy();
    }
    await simulator.close();
  };
  running.add(close);
  return {
    port: simulator.port,
    controlPort: simulator.controlPort,
    program,
    quietProgram: async () => {
      const made = await program();
      await made.at('ATE0');
      return made;
    },
    get: async (path) => (await fetch(base + path)).json(),
    post: async (path, body) => {
      const response = await fetch(base + path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
    journal: async () => (await (await fetch(`${base}/journal`)).json()) as JournalEntry[],
    close,
  };
}

export const CTRL_Z = '\x1a';
export const ESC = '\x1b';
