import { Worker } from 'node:worker_threads';
import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { ReadReply, ReadRequest } from './reader-thread.ts';
import type { Reads } from './reads/read-table.ts';
import { fromWire } from './storage-error.ts';

/** A thread costs memory, so it goes when nobody has asked for this long. */
const IDLE_MS = 15_000;
/** Reads that may wait for the thread. */
const WAITING_LIMIT = 2_000;

interface Waiter {
  readonly resolve: (value: never) => void;
  readonly reject: (error: GatewayError) => void;
}

/** The event loop's side of the reader thread, which is started at the first read. */
export class ReaderClient {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | null = null;
  #lastId = 0;
  #lastAskedMs = 0;
  #cancelIdle: (() => void) | null = null;
  #isClosed = false;

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  read<Name extends keyof Reads>(
    name: Name,
    args: Parameters<Reads[Name]>[1],
  ): Promise<ReturnType<Reads[Name]>> {
    if (this.#isClosed || this.#waiters.size >= WAITING_LIMIT) {
      const [code, reason] = this.#isClosed
        ? (['outbox-closed', 'the outbox is closed'] as const)
        : (['queue-busy', 'too many reads wait'] as const);
      return Promise.reject(new GatewayError(code, reason, { retry: 'later' }));
    }
    this.#lastAskedMs = this.#clock.monotonicMs();
    const worker = this.#worker ?? this.#start();
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiters.set(id, { resolve, reject });
      const request: ReadRequest = { id, name, args };
      worker.postMessage(request);
    });
  }

  get isRunning(): boolean {
    return this.#worker !== null;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stop();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./reader-thread.js', import.meta.url), {
      name: 'outbox-reader',
      workerData: { file: this.#file },
      resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 },
    });
    worker.on('message', ({ id, outcome }: ReadReply) => {
      const waiter = this.#waiters.get(id);
      this.#waiters.delete(id);
      if (outcome.ok) {
        waiter?.resolve(outcome.value as never);
      } else {
        waiter?.reject(fromWire(outcome.error));
      }
    });
    const onEnd = (): void => {
      if (this.#worker === worker) {
        this.#forget();
      }
    };
    worker.on('error', onEnd);
    worker.on('exit', onEnd);
    this.#worker = worker;
    this.#watchIdle();
    return worker;
  }

  #watchIdle(): void {
    const restMs = this.#lastAskedMs + IDLE_MS - this.#clock.monotonicMs();
    this.#cancelIdle = this.#clock.schedule(Math.max(1_000, restMs), () => {
      const isIdle = this.#clock.monotonicMs() - this.#lastAskedMs >= IDLE_MS;
      if (isIdle && this.#waiters.size === 0) {
        void this.#stop();
      } else {
        this.#watchIdle();
      }
    });
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) {
      return;
    }
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.postMessage('close');
      this.#cancelIdle?.();
      this.#cancelIdle = null;
      this.#worker = null;
    });
  }

  /** The thread is gone; reads change nothing, so whoever waits may simply ask again. */
  #forget(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = null;
    this.#worker = null;
    for (const waiter of this.#waiters.values()) {
      waiter.reject(new GatewayError('queue-busy', 'the reader ended', { retry: 'safe' }));
    }
    this.#waiters.clear();
  }
}
