/**
 * Results on their way to the disk. A commit is started at once but not waited for, so that the
 * modem is never idle while the disk works; whoever needs certainty awaits `settled`. The outbox
 * commits in the order it is asked, so a later bracket never overtakes an earlier result.
 */
export class Recorder {
  readonly #onCommitted: () => void;
  #pending: Promise<void> = Promise.resolve();

  constructor(onCommitted: () => void) {
    this.#onCommitted = onCommitted;
  }

  /** Starts the write; its failure surfaces in `settled`. */
  record(write: Promise<void>): void {
    this.#pending = Promise.all([this.#pending, write]).then(this.#onCommitted);
    this.#pending.catch(() => undefined);
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
}
