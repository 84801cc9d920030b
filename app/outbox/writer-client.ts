import { Worker } from 'node:worker_threads';
import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import type { EnqueueRequest, EnqueueResult, OutboxFailure, OutboxHealth } from './contract.ts';
import {
  GatheredCalls,
  groupMessage,
  rejectGroup,
  settleGroup,
  type TakenGroup,
} from './gathered-calls.ts';
import type { FromWriter, ToWriter, TransactionReply, WriterOptions } from './group.ts';
import { closedError, refusalOf, stateAfter } from './outbox-state.ts';
import { fromWire } from './storage-error.ts';
import type { ReadVerbs, WriteVerbs } from './verbs/verb-table.ts';
import type { WaitingCalls } from './waiting-calls.ts';
import { WriterHealth } from './writer-health.ts';

/** Fewer calls than this wait for the end of the event loop's turn before they are handed over. */
const LEAST_GROUP = 64;
/** Weight of the calls that may be unsettled; from it on: `queue-busy`. */
const UNSETTLED_LIMIT = 20_000;

type CallKind = 'enqueue' | 'verb' | 'read';

export interface WriterClientDeps {
  readonly options: WriterOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFailure: (failure: OutboxFailure) => void;
  /** The compiled thread; another one only in tests of how its death is borne. */
  readonly thread?: URL;
}

/**
 * The event loop's side of the writer thread: gathers calls into groups, hands them over, and
 * settles their promises when the reply of their transaction comes back. While the thread commits
 * one transaction, the groups of the next already lie before it.
 */
export class WriterClient {
  readonly #deps: WriterClientDeps;
  readonly #worker: Worker;
  readonly #health: WriterHealth;
  readonly #gathered = new GatheredCalls();
  /** Handed over and not replied to, in that order. */
  #inFlight: TakenGroup[] = [];
  /** Weight of what is in flight. */
  #handedOver = 0;
  #flushPlanned = false;
  #closing: (() => void) | null = null;
  #isOver = false;
  uncleanStop = false;

  private constructor(deps: WriterClientDeps, worker: Worker) {
    this.#deps = deps;
    this.#worker = worker;
    this.#health = new WriterHealth(deps.logger, deps.onFailure);
  }

  /** Starts the thread; resolves when the database is open. */
  static start(deps: WriterClientDeps): Promise<WriterClient> {
    const worker = new Worker(deps.thread ?? new URL('./writer-thread.js', import.meta.url), {
      name: 'outbox-writer',
      workerData: deps.options,
      resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 3 },
    });
    const client = new WriterClient(deps, worker);
    return new Promise((resolve, reject) => {
      worker.on('error', (error) => {
        deps.logger.error({ reason: error.message }, 'the outbox writer died');
        client.#died();
      });
      worker.on('exit', () => {
        client.#died();
        reject(closedError());
      });
      worker.on('message', (message: FromWriter) => {
        switch (message.type) {
          case 'ready':
            client.#health.depth = message.depth;
            client.uncleanStop = message.uncleanStop;
            client.#health.state =
              message.trouble === null ? 'ok' : stateAfter(message.trouble, 'failing');
            resolve(client);
            break;
          case 'failed':
            client.#isOver = true;
            reject(fromWire(message.error));
            void worker.terminate();
            break;
          case 'reply':
            client.#settle(message.reply);
            break;
          case 'warning':
            deps.logger.warn({ reason: message.message }, 'outbox');
            break;
          case 'closed':
            client.#isOver = true;
            break;
        }
      });
    });
  }

  enqueue(request: EnqueueRequest): Promise<EnqueueResult> {
    return this.#gather(this.#gathered.enqueues, request, 'enqueue');
  }

  write<Name extends keyof WriteVerbs>(
    name: Name,
    args: Parameters<WriteVerbs[Name]>[1],
  ): Promise<ReturnType<WriteVerbs[Name]>> {
    return this.#gather(this.#gathered.verbs, { name, args }, 'verb') as Promise<
      ReturnType<WriteVerbs[Name]>
    >;
  }

  read<Name extends keyof ReadVerbs>(
    name: Name,
    ...args: Parameters<ReadVerbs[Name]> extends [unknown, infer Args] ? [args: Args] : []
  ): Promise<ReturnType<ReadVerbs[Name]>> {
    const call = { name, args: args[0] };
    return this.#gather(this.#gathered.reads, call, 'read') as Promise<ReturnType<ReadVerbs[Name]>>;
  }

  health(): OutboxHealth {
    return this.#health.summary();
  }

  /** Nothing more is accepted or changed; what is on the disk stays. */
  stop(state: 'failing' | 'newer' | 'damaged'): void {
    this.#health.state = state;
  }

  /** Settles when all that was asked is committed and the database is closed. */
  async close(): Promise<void> {
    if (this.#isOver) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.#closing = resolve;
      this.#worker.once('exit', () => resolve());
      this.#closeWhenDrained();
    });
  }

  #gather<Call, T>(waiting: WaitingCalls<Call, T>, call: Call, kind: CallKind): Promise<T> {
    const refusal = this.#refusal(kind);
    if (refusal !== null) {
      return Promise.reject(refusal);
    }
    return new Promise((resolve, reject) => {
      waiting.add(call, { resolve, reject });
      // As much as the thread already has: so half of the calls are with the thread while the event
      // loop works on the other half, and neither waits for the other, however many there are.
      if (waiting.weight >= Math.max(LEAST_GROUP, this.#handedOver)) {
        this.#flush();
      } else if (this.#inFlight.length === 0 && !this.#flushPlanned) {
        this.#flushPlanned = true;
        if (kind === 'enqueue') {
          this.#flushWhenCalm(0);
        } else {
          // A modem may wait for it: only what the same piece of code asks for joins it.
          queueMicrotask(() => this.#flushPlannedNow());
        }
      }
    });
  }

  /** Waits for the end of the event loop's turn, and for further turns as long as they bring more. */
  #flushWhenCalm(weightBefore: number): void {
    setImmediate(() => {
      const weight = this.#gathered.changesWeight;
      if (weight > weightBefore && weight < LEAST_GROUP) {
        this.#flushWhenCalm(weight);
      } else {
        this.#flushPlannedNow();
      }
    });
  }

  #flushPlannedNow(): void {
    this.#flushPlanned = false;
    this.#flush();
  }

  #refusal(kind: CallKind): GatewayError | null {
    const { state } = this.#health;
    if (this.#isOver || this.#closing !== null) {
      return refusalOf(state) ?? closedError();
    }
    if (this.#handedOver + this.#gathered.weight >= UNSETTLED_LIMIT) {
      return new GatewayError('queue-busy', 'too many requests wait for the disk', {
        retry: 'later',
      });
    }
    return kind === 'read' ? null : refusalOf(state);
  }

  /** Hands over all that has gathered. */
  #flush(): void {
    while (this.#gathered.count > 0 && !this.#isOver) {
      const group = this.#gathered.take();
      this.#inFlight.push(group);
      this.#handedOver += group.weight;
      this.#post({ type: 'group', group: groupMessage(group, this.#deps.clock) });
    }
  }

  #settle(reply: TransactionReply): void {
    const settled = this.#inFlight.splice(0, reply.groups.length);
    const changes = settled.reduce(
      (sum, { enqueues, verbs }) => sum + enqueues.calls.length + verbs.calls.length,
      0,
    );
    this.#health.follow(reply, changes);
    // What has gathered goes first, so that the disk works while the promises are settled.
    this.#flush();
    reply.groups.forEach((outcomes, index) => {
      const group = settled[index];
      if (group !== undefined) {
        this.#handedOver -= group.weight;
        settleGroup(group, outcomes);
      }
    });
    this.#closeWhenDrained();
  }

  #closeWhenDrained(): void {
    if (this.#closing === null || this.#inFlight.length > 0) {
      return;
    }
    if (this.#flushPlanned) {
      setImmediate(() => this.#closeWhenDrained());
      return;
    }
    this.#post({ type: 'close' });
  }

  /** The thread is gone: what was in flight is unknown, what had not left was not written. */
  #died(): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    const wasStarted = this.#inFlight.length > 0 || this.#closing === null;
    this.#health.state = 'failing';
    const unknown = new GatewayError('commit-unknown', 'the writer died during the commit', {
      retry: 'unknown-outcome',
    });
    const refused = new GatewayError('storage-failing', 'the writer died', { retry: 'later' });
    for (const group of this.#inFlight.splice(0)) {
      rejectGroup(group, unknown);
    }
    this.#gathered.rejectAll(refused);
    if (wasStarted) {
      this.#deps.onFailure('failing');
    }
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }
}
