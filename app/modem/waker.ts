import type { Clock } from '../domain/clock.ts';

/** A wait for one waiter that ends early when somebody wakes it. A wake without a waiter is kept. */
export class Waker {
  readonly #clock: Clock;
  #woken = false;
  #resolve: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  /** Resolves after `mostMs`, or at once when woken now or since the last wait. */
  wait(mostMs: number): Promise<void> {
    if (this.#woken) {
      this.#woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#woken = false;
        this.#resolve = null;
        resolve();
      };
      const cancel = this.#clock.schedule(mostMs, end);
      this.#resolve = end;
    });
  }
}
