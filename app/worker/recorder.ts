import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';

/** A result that can wait is written with the next bracket, or alone after this. */
const LINGER_MS = 5;

/**
 * Results on their way to the disk. They are not waited for, so that the modem is never idle while
 * the disk works; whoever needs certainty awaits `settled`. A success lingers for a few
 * milliseconds, because the next part's bracket usually follows at once and one commit can hold
 * both: an SD card then syncs once a part instead of twice. The outbox commits in the order it is
 * asked, so a later bracket never overtakes an earlier result.
 *
 * What a full or read-only disk refused is kept, in order, with all that follows it: after such a
 * failure nothing settles until `rewrite` has brought everything to the disk.
 */
export class Recorder {
  readonly #clock: Clock;
  readonly #onCommitted: () => void;
  #pending: Promise<void> = Promise.resolve();
  #lingering: (() => void)[] = [];
  #cancelTimer: (() => void) | null = null;
  #hasFailed = false;
  #unwritten: (() => Promise<void>)[] = [];

  constructor(clock: Clock, onCommitted: () => void) {
    this.#clock = clock;
    this.#onCommitted = onCommitted;
  }

  /** Starts the write; its failure surfaces in `settled`. */
  record(write: () => Promise<void>): void {
    this.flush();
    this.#chain(this.#attempt(write));
  }

  /** As `record`, but the write may wait for the next one. */
  recordSoon(write: () => Promise<void>): void {
    this.#chain(this.joinNext(() => this.#attempt(write)));
  }

  /**
   * Starts a write that may wait for the next one, and settles with it: its failure is the caller's.
   * A delivery report that was committed alone would make the next bracket wait for its sync.
   */
  joinNext<T>(write: () => Promise<T>): Promise<T> {
    const written = new Promise<T>((resolve, reject) => {
      this.#lingering.push(() => {
        write().then(resolve, reject);
      });
    });
    this.#cancelTimer ??= this.#clock.schedule(LINGER_MS, () => this.flush());
    return written;
  }

  /** Starts what lingers, so that it goes into the same commit as what is asked for next. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const lingering = this.#lingering;
    this.#lingering = [];
    for (const start of lingering) {
      start();
    }
  }

  /** Runs `action` when all that was recorded so far is on the disk, or can never be. */
  afterwards(action: () => void): void {
    this.#pending = this.#pending.finally(() => {
      if (this.#unwritten.length > 0) {
        this.#unwritten.push(async () => action());
      } else {
        action();
      }
    });
    this.#pending.catch(() => undefined);
  }

  /** Resolves when everything recorded so far is on the disk; rejects when something could not be. */
  settled(): Promise<void> {
    return this.#pending;
  }

  /** After a failure: writes again what the disk refused; rejects while it still does. */
  async rewrite(): Promise<void> {
    if (!this.#hasFailed) {
      return;
    }
    this.flush();
    await this.#pending.catch(() => undefined);
    for (let write = this.#unwritten[0]; write !== undefined; write = this.#unwritten[0]) {
      try {
        await write();
      } catch (error) {
        if (canBeWrittenLater(error)) {
          throw error;
        }
      }
      this.#unwritten.shift();
    }
    this.#hasFailed = false;
    this.#pending = Promise.resolve();
    this.#onCommitted();
  }

  /** Behind something unwritten nothing is tried: the order stays. */
  async #attempt(write: () => Promise<void>): Promise<void> {
    if (this.#unwritten.length > 0) {
      this.#unwritten.push(write);
      throw new GatewayError('storage-failing', 'an earlier result waits for the disk', {
        retry: 'later',
      });
    }
    try {
      await write();
    } catch (error) {
      this.#hasFailed = true;
      if (canBeWrittenLater(error)) {
        this.#unwritten.push(write);
      }
      throw error;
    }
  }

  #chain(written: Promise<void>): void {
    const before = this.#pending;
    // Settles after both, so that what comes afterwards finds each failure noted.
    this.#pending = Promise.allSettled([before, written])
      .then(() => Promise.all([before, written]))
      .then(this.#onCommitted);
    this.#pending.catch(() => undefined);
  }
}

function canBeWrittenLater(error: unknown): boolean {
  return error instanceof GatewayError && error.retry === 'later';
}
