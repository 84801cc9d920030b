/** Lets callers wait until a modem can be used, and tells when it became usable. */
export class UsableGate {
  readonly #usable: () => boolean;
  readonly #onOpened: () => void;
  readonly #waiters: Set<() => void> = new Set();
  #wasUsable = false;

  /** `onOpened` runs each time that the modem can be used and could not before. */
  constructor(usable: () => boolean, onOpened: () => void) {
    this.#usable = usable;
    this.#onOpened = onOpened;
  }

  /** Resolves when the modem can be used, or `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#usable()) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiters.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#waiters.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Something that decides about it may have changed. */
  changed(): void {
    const usable = this.#usable();
    if (usable) {
      for (const waiter of this.#waiters) {
        waiter();
      }
      if (!this.#wasUsable) {
        this.#onOpened();
      }
    }
    this.#wasUsable = usable;
  }
}
