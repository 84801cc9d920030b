import type { Clock } from '../domain/clock.ts';

/** A result that can wait is written with the next bracket, or alone after this. */
const LINGER_MS = 5;

/**
 * Results on their way to the disk. They are not waited for, so that the modem is never idle while
 * the disk works; whoever needs certainty awaits `settled`. A success lingers for a few
 * milliseconds, because the next part's bracket usually follows at once and one commit can hold
 * both: an SD card then syncs once a part instead of twice. The outbox commits in the order it is
 * asked, so a later bracket never overtakes an earlier result.
 */
export class Recorder {
  readonly #clock: Clock;
  readonly #onCommitted: () => void;
  #pending: Promise<void> = Promise.resolve();
  #lingering: (() => void)[] = [];
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, onCommitted: () => void) {
    this.#clock = clock;
    this.#onCommitted = onCommitted;
  }

  /** Starts the write; its failure surfaces in `settled`. */
  record(write: () => Promise<void>): void {
    this.flush();
    this.#chain(write());
  }

  /** As `record`, but the write may wait for the next one. */
  recordSoon(write: () => Promise<void>): void {
    this.#chain(this.joinNext(write));
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

  /** Runs `action` when all that was recorded so far is on the disk or has failed. */
  afterwards(action: () => void): void {
    this.#pending = this.#pending.finally(action);
    this.#pending.catch(() => undefined);
  }

  /** Resolves when everything recorded so far is on the disk; rejects when something could not be. */
  settled(): Promise<void> {
    return this.#pending;
  }

  /** Forgets a failure that was dealt with. */
  forgetFailure(): void {
    this.#pending = this.#pending.catch(() => undefined);
  }

  #chain(written: Promise<void>): void {
    this.#pending = Promise.all([this.#pending, written]).then(this.#onCommitted);
    this.#pending.catch(() => undefined);
  }
}
