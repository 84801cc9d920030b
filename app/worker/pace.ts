const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

export interface PaceOptions {
  /** SMS parts per minute, spaced evenly; null is unlimited. */
  readonly ratePerMinute: number | null;
  /** SMS parts in any 24 hours (rolling); null is unlimited. */
  readonly dailyCap: number | null;
}

/**
 * When one modem may hand over its next part. Spacing runs on monotonic time; the rolling daily cap
 * on wall time, because it must survive restarts (the times come back from the outbox).
 */
export class Pace {
  readonly #options: PaceOptions;
  /** Wall times of hand-overs in the last 24 hours, oldest first. */
  #handOvers: number[];
  #nextSlotMs = 0;

  constructor(options: PaceOptions, handOverTimesMs: readonly number[]) {
    this.#options = options;
    this.#handOvers = [...handOverTimesMs];
  }

  /** Milliseconds until the next part may go; 0 is now. */
  waitMs(monotonicMs: number, nowMs: number): number {
    return Math.max(this.#nextSlotMs - monotonicMs, this.capWaitMs(nowMs), 0);
  }

  /** Milliseconds until the daily cap lets a part through; 0 while it is not reached. */
  capWaitMs(nowMs: number): number {
    const cap = this.#options.dailyCap;
    if (cap === null || this.sentInDay(nowMs) < cap) {
      return 0;
    }
    const oldest = this.#handOvers[this.#handOvers.length - cap] ?? nowMs;
    return Math.max(oldest + DAY_MS - nowMs, 1);
  }

  /** Parts handed over in the 24 hours before `nowMs`. */
  sentInDay(nowMs: number): number {
    const firstFresh = this.#handOvers.findIndex((at) => at > nowMs - DAY_MS);
    if (firstFresh !== 0) {
      this.#handOvers = firstFresh === -1 ? [] : this.#handOvers.slice(firstFresh);
    }
    return this.#handOvers.length;
  }

  recordHandOver(monotonicMs: number, nowMs: number): void {
    this.#handOvers.push(nowMs);
    const rate = this.#options.ratePerMinute;
    if (rate !== null) {
      this.#nextSlotMs = Math.max(this.#nextSlotMs, monotonicMs) + MINUTE_MS / rate;
    }
  }
}
