import type { Logger } from '../domain/logger.ts';
import { CommitStats } from './commit-stats.ts';
import type { OutboxFailure, OutboxHealth } from './contract.ts';
import type { TransactionReply } from './group.ts';
import { type OutboxState, stateAfter } from './outbox-state.ts';

/** What the replies of the writer thread say about the storage. */
export class WriterHealth {
  state: OutboxState = 'ok';
  depth = 0;
  readonly #logger: Logger;
  readonly #onFailure: (failure: OutboxFailure) => void;
  readonly #stats = new CommitStats();
  #freeBytes: number | null = null;

  constructor(logger: Logger, onFailure: (failure: OutboxFailure) => void) {
    this.#logger = logger;
    this.#onFailure = onFailure;
  }

  /** Lets depth, free space and state follow what the disk did with a transaction of `calls` calls. */
  follow(reply: TransactionReply, calls: number): void {
    this.depth = reply.depth;
    this.#freeBytes = reply.freeBytes ?? this.#freeBytes;
    if (reply.commitMs !== null) {
      this.#stats.add(reply.commitMs, calls);
    }
    if (reply.failure === null) {
      this.#recovered(reply);
    } else {
      this.#failed(reply.failure);
    }
  }

  summary(): OutboxHealth {
    return {
      state: this.state,
      freeBytes: this.#freeBytes,
      depth: this.depth,
      ...this.#stats.summary(),
    };
  }

  #recovered({ commitMs, reserveReached }: TransactionReply): void {
    if (this.state === 'full' || (this.state === 'read-only' && commitMs !== null)) {
      this.state = 'ok';
    }
    if (reserveReached && this.state === 'ok') {
      this.state = 'full';
    }
  }

  #failed(failure: NonNullable<TransactionReply['failure']>): void {
    const before = this.state;
    this.state = stateAfter(failure, before);
    if (this.state !== before) {
      this.#logger.error(
        { code: failure.code, reason: failure.message },
        'the outbox has trouble with its storage',
      );
    }
    if (failure.code === 'schema-changed') {
      this.#onFailure('schema-changed');
    } else if (this.state !== before && (this.state === 'failing' || this.state === 'damaged')) {
      this.#onFailure(this.state);
    }
  }
}
