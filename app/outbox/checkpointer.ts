import { type Connection, PAGE_BYTES, type Statement } from './connection.ts';
import { isBusy } from './storage-error.ts';
import type { Turnstile } from './turnstile.ts';

/** Octets in the WAL from which it is copied into the database between groups. */
const DUE_FRAMES = (4 * 1024 * 1024) / PAGE_BYTES;
/** From here writers are kept out while copying, so that the WAL starts over. */
const LIMIT_FRAMES = (24 * 1024 * 1024) / PAGE_BYTES;

interface WalState {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Keeps the WAL bounded. A checkpoint that is PASSIVE waits for nobody and holds no lock that a
 * writer needs; the WAL is written from its start again once everything in it was copied and no
 * reader stands in it. A steady stream of commits from two processes can put that moment off for
 * ever, which is what the limit is for.
 */
export class Checkpointer {
  readonly #turnstile: Turnstile;
  readonly #look: Statement;
  readonly #passive: Statement;
  readonly #restart: Statement;

  constructor(db: Connection, turnstile: Turnstile) {
    this.#turnstile = turnstile;
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#restart = db.prepare('PRAGMA wal_checkpoint(RESTART)');
  }

  runWhenDue(): void {
    try {
      const state = this.#look.get() as WalState;
      if (state.log - state.checkpointed >= DUE_FRAMES) {
        this.#passive.get();
      }
      if (state.log >= LIMIT_FRAMES) {
        this.#turnstile.pass(() => this.#restart.get());
      }
    } catch (error) {
      if (!isBusy(error)) {
        throw error;
      }
    }
  }
}
