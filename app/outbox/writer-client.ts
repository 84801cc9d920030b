import { Worker } from 'node:worker_threads';
import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import { CommitStats } from './commit-stats.ts';
import type { EnqueueRequest, EnqueueResult, OutboxFailure, OutboxHealth } from './contract.ts';
import type {
  FromWriter,
  Group,
  GroupReply,
  Outcome,
  ReadCall,
  ToWriter,
  VerbCall,
  WriterOptions,
} from './group.ts';
import { closedError, refusalOf, stateAfter } from './outbox-state.ts';
import { fromWire } from './storage-error.ts';
import type { ReadVerbs, WriteVerbs } from './verbs/verb-table.ts';
import { rejectAll, settle, type Taken, WaitingCalls } from './waiting-calls.ts';

/** Messages, and changes, of one group; it bounds how long a group holds the write lock. */
const GROUP_LIMIT = 500;
/** Messages and changes that may wait for the group in flight; over it: `queue-busy`. */
const GATHER_LIMIT = 20_000;

interface InFlight {
  readonly enqueues: Taken<EnqueueRequest, EnqueueResult>;
  readonly verbs: Taken<VerbCall, unknown>;
  readonly reads: Taken<ReadCall, unknown>;
}

export interface WriterClientDeps {
  readonly options: WriterOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFailure: (failure: OutboxFailure) => void;
  /** The compiled thread; another one only in tests of how its death is borne. */
  readonly thread?: URL;
}

/**
 * The event loop's side of the writer thread: gathers calls while a group is being committed, hands
 * all that gathered over in one message, and settles their promises from the one that comes back.
 */
export class WriterClient {
  readonly #deps: WriterClientDeps;
  readonly #worker: Worker;
  readonly #stats = new CommitStats();
  readonly #enqueues = new WaitingCalls<EnqueueRequest, EnqueueResult>(
    ({ messages }) => messages.length,
  );
  readonly #verbs = new WaitingCalls<VerbCall, unknown>(weighVerb);
  readonly #reads = new WaitingCalls<ReadCall, unknown>(() => 1);
  #inFlight: InFlight | null = null;
  #flushPlanned = false;
  #state: OutboxHealth['state'] = 'ok';
  #depth = 0;
  #freeBytes: number | null = null;
  #closing: (() => void) | null = null;
  #isOver = false;
  uncleanStop = false;

  private constructor(deps: WriterClientDeps, worker: Worker) {
    this.#deps = deps;
    this.#worker = worker;
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
            client.#depth = message.depth;
            client.uncleanStop = message.uncleanStop;
            client.#state =
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
    return this.#gather(this.#enqueues, request);
  }

  write<Name extends keyof WriteVerbs>(
    name: Name,
    args: Parameters<WriteVerbs[Name]>[1],
  ): Promise<ReturnType<WriteVerbs[Name]>> {
    return this.#gather(this.#verbs, { name, args }) as Promise<ReturnType<WriteVerbs[Name]>>;
  }

  read<Name extends keyof ReadVerbs>(
    name: Name,
    ...args: Parameters<ReadVerbs[Name]> extends [unknown, infer Args] ? [args: Args] : []
  ): Promise<ReturnType<ReadVerbs[Name]>> {
    const call = { name, args: args[0] };
    return this.#gather(this.#reads, call, true) as Promise<ReturnType<ReadVerbs[Name]>>;
  }

  health(): OutboxHealth {
    return {
      state: this.#state,
      freeBytes: this.#freeBytes,
      depth: this.#depth,
      ...this.#stats.summary(),
    };
  }

  /** Nothing more is accepted or changed; what is on the disk stays. */
  stop(state: 'failing' | 'newer' | 'damaged'): void {
    this.#state = state;
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

  #gather<Call, T>(waiting: WaitingCalls<Call, T>, call: Call, isRead = false): Promise<T> {
    const refusal = this.#refusal(isRead);
    if (refusal !== null) {
      return Promise.reject(refusal);
    }
    return new Promise((resolve, reject) => {
      waiting.add(call, { resolve, reject });
      if (this.#inFlight === null && !this.#flushPlanned) {
        this.#flushPlanned = true;
        // Everything that this turn of the event loop still brings goes into the same group.
        setImmediate(() => {
          this.#flushPlanned = false;
          this.#flush();
        });
      }
    });
  }

  #refusal(isRead: boolean): GatewayError | null {
    if (this.#isOver || this.#closing !== null) {
      return refusalOf(this.#state) ?? closedError();
    }
    if (this.#enqueues.weight + this.#verbs.count + this.#reads.count >= GATHER_LIMIT) {
      return new GatewayError('queue-busy', 'too many requests wait for the disk', {
        retry: 'later',
      });
    }
    return isRead ? null : refusalOf(this.#state);
  }

  #flush(): void {
    const asked = this.#enqueues.count + this.#verbs.count + this.#reads.count;
    if (this.#inFlight !== null || asked === 0 || this.#isOver) {
      return;
    }
    const { clock } = this.#deps;
    const inFlight = {
      enqueues: this.#enqueues.take(GROUP_LIMIT),
      verbs: this.#verbs.take(GROUP_LIMIT),
      reads: this.#reads.take(GROUP_LIMIT),
    };
    this.#inFlight = inFlight;
    const group: Group = {
      nowMs: clock.nowMs(),
      monotonicMs: clock.monotonicMs(),
      clockTrusted: clock.trusted(),
      enqueues: inFlight.enqueues.calls,
      verbs: inFlight.verbs.calls,
      reads: inFlight.reads.calls,
    };
    this.#post({ type: 'group', group });
  }

  #settle(reply: GroupReply): void {
    const settled = this.#inFlight;
    if (settled === null) {
      return;
    }
    this.#inFlight = null;
    this.#depth = reply.depth;
    this.#freeBytes = reply.freeBytes ?? this.#freeBytes;
    if (reply.commitMs !== null) {
      this.#stats.add(reply.commitMs, settled.enqueues.calls.length + settled.verbs.calls.length);
    }
    this.#follow(reply);
    // The next group goes first, so that the disk works while the promises are settled.
    this.#flush();
    settleEnqueues(settled.enqueues, reply.enqueues);
    settle(settled.verbs.waiters, reply.verbs);
    settle(settled.reads.waiters, reply.reads);
    this.#closeWhenDrained();
  }

  /** Lets the state follow what the disk did with the group. */
  #follow(reply: GroupReply): void {
    if (reply.failure === null) {
      if (this.#state === 'full' || (this.#state === 'read-only' && reply.commitMs !== null)) {
        this.#state = 'ok';
      }
      if (reply.reserveReached && this.#state === 'ok') {
        this.#state = 'full';
      }
      return;
    }
    const before = this.#state;
    this.#state = stateAfter(reply.failure, before);
    if (this.#state !== before) {
      this.#deps.logger.error(
        { code: reply.failure.code, reason: reply.failure.message },
        'the outbox has trouble with its storage',
      );
    }
    if (reply.failure.code === 'schema-changed') {
      this.#deps.onFailure('schema-changed');
    } else if (this.#state !== before && (this.#state === 'failing' || this.#state === 'damaged')) {
      this.#deps.onFailure(this.#state);
    }
  }

  #closeWhenDrained(): void {
    if (this.#closing === null || this.#inFlight !== null || this.#flushPlanned) {
      if (this.#closing !== null && this.#flushPlanned) {
        setImmediate(() => this.#closeWhenDrained());
      }
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
    const wasStarted = this.#inFlight !== null || this.#closing === null;
    this.#state = 'failing';
    const unknown = new GatewayError('commit-unknown', 'the writer died during the commit', {
      retry: 'unknown-outcome',
    });
    const refused = new GatewayError('storage-failing', 'the writer died', { retry: 'later' });
    const { enqueues, verbs, reads } = this.#inFlight ?? {};
    this.#inFlight = null;
    for (const lost of [enqueues, verbs, reads]) {
      rejectAll(lost?.waiters ?? [], unknown);
    }
    for (const waiting of [this.#enqueues, this.#verbs, this.#reads]) {
      rejectAll(waiting.take(Number.POSITIVE_INFINITY).waiters, refused);
    }
    if (wasStarted) {
      this.#deps.onFailure('failing');
    }
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }
}

function settleEnqueues(
  { calls, waiters }: Taken<EnqueueRequest, EnqueueResult>,
  outcomes: readonly Outcome<EnqueueResult>[] | null,
): void {
  if (outcomes !== null) {
    settle(waiters, outcomes);
    return;
  }
  for (let index = 0; index < waiters.length; index += 1) {
    const ids = (calls[index]?.messages ?? []).map((message) => message.id);
    waiters[index]?.resolve({ kind: 'accepted', ids });
  }
}

function weighVerb({ name }: VerbCall): number {
  return name === 'cancelStep' || name === 'purgeStep' ? GROUP_LIMIT : 1;
}
