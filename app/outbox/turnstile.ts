import Database from 'better-sqlite3';
import { retryWhileBusy } from './retry-while-busy.ts';

/**
 * Makes SQLite's write lock fair between processes. Whoever wants to write first takes the
 * turnstile (the lock of a second, tiny database file that is never written), then the write lock,
 * then leaves the turnstile. A process that has waited therefore stands in the turnstile while the
 * other commits, and the other cannot start its next group before it. Without a peer this costs a
 * few lock calls and no waiting; the lock of a dead process goes with it.
 */
export class Turnstile {
  readonly #db: Database.Database;
  readonly #enter: Database.Statement;
  readonly #leave: Database.Statement;

  constructor(databaseFile: string) {
    this.#db = new Database(`${databaseFile}-turn`, { timeout: 0 });
    this.#db.pragma('journal_mode = MEMORY');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma('cache_size = 2');
    retryWhileBusy(() => this.#db.exec('CREATE TABLE IF NOT EXISTS turnstile (unused INTEGER)'));
    this.#enter = this.#db.prepare('BEGIN IMMEDIATE');
    this.#leave = this.#db.prepare('ROLLBACK');
  }

  /** Runs `takeLock` inside the turnstile; waits for others as long as `retryWhileBusy` does. */
  pass<T>(takeLock: () => T): T {
    retryWhileBusy(() => this.#enter.run());
    try {
      return retryWhileBusy(takeLock);
    } finally {
      this.#leave.run();
    }
  }

  close(): void {
    this.#db.close();
  }
}
