import type { Clock } from '../domain/clock.ts';

/** The one timer of an exchange: setting it anew cancels what it was set for before. */
export class ExchangeTimer {
  #cancel: () => void = () => {};

  set(clock: Clock, delayMs: number, action: () => void): void {
    this.#cancel();
    this.#cancel = clock.schedule(delayMs, action);
  }

  cancel(): void {
    this.#cancel();
  }
}
