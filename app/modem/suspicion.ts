import type { Clock } from '../domain/clock.ts';

/** After a look that found all well, signs of a restart wait so long for the next one. */
const SIGN_REST_MS = 10_000;

/** Whether the modem may have lost its settings or its SIM. While it may, no part is sent. */
export class Suspicion {
  readonly #clock: Clock;
  #open = false;
  #quietMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Time to let the modem finish what it says before it is asked. */
  get quietMs(): number {
    return this.#quietMs;
  }

  /** Some modems repeat such lines for ever: one look in ten seconds may hold sending back. */
  get heedsSigns(): boolean {
    return this.#clock.monotonicMs() - this.#lookedAtMs >= SIGN_REST_MS;
  }

  raise(quietMs: number): void {
    this.#open = true;
    this.#quietMs = Math.max(this.#quietMs, quietMs);
  }

  /** The modem was left in peace for `quietMs`. */
  waited(): void {
    this.#quietMs = 0;
  }

  /** Somebody has looked; returns when to look again, for signs that came meanwhile (monotonic). */
  looked(): number {
    this.#lookedAtMs = this.#clock.monotonicMs();
    this.drop();
    return this.#lookedAtMs + SIGN_REST_MS;
  }

  /** A fresh bring-up leaves nothing to suspect. */
  drop(): void {
    this.#open = false;
  }
}
