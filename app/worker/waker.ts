import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { WorkerOutbox } from '../outbox/contract.ts';

/** Looks are at least this far apart, however many nudges come. */
const LEAST_GAP_MS = 1_000;
/** Wall time may jump while a timer runs, so no timer is trusted for longer. */
const LONGEST_TIMER_MS = 60_000;

/**
 * Moves messages whose time has come (`sendAt`, back-off, validity) in the outbox, and sets a timer
 * for the next one. With nothing waiting it has no timer at all.
 */
export class Waker {
  readonly #outbox: Pick<WorkerOutbox, 'wakeDue'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onWoken: () => void;
  #cancelTimer: (() => void) | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #lastLookMs = Number.NEGATIVE_INFINITY;
  #looking = false;
  /** Monotonic time wanted while a look was under way: that look may have missed the reason. */
  #wantedMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(deps: {
    readonly outbox: Pick<WorkerOutbox, 'wakeDue'>;
    readonly clock: Clock;
    readonly logger: Logger;
    /** Messages may have become ready. */
    readonly onWoken: () => void;
  }) {
    this.#outbox = deps.outbox;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#onWoken = deps.onWoken;
  }

  /** Something new may be waiting: look soon. */
  poke(): void {
    this.#lookIn(0);
  }

  /** A message waits until `waitUntilMs` (wall milliseconds). */
  noteDue(waitUntilMs: number): void {
    this.#lookIn(waitUntilMs - this.#clock.nowMs());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  #lookIn(delayMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const dueMs = Math.max(
      nowMs + Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS),
      this.#lastLookMs + LEAST_GAP_MS,
    );
    if (this.#looking) {
      this.#wantedMs = Math.min(this.#wantedMs, dueMs);
      return;
    }
    if (this.#stopped || dueMs >= this.#timerDueMs) {
      return;
    }
    this.#cancelTimer?.();
    this.#timerDueMs = dueMs;
    this.#cancelTimer = this.#clock.schedule(dueMs - nowMs, () => {
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      this.#cancelTimer = null;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#lastLookMs = this.#clock.monotonicMs();
    let nextDueMs: number | null = null;
    try {
      nextDueMs = await this.#outbox.wakeDue(this.#clock.nowMs(), this.#clock.trusted());
      this.#onWoken();
    } catch (error) {
      this.#logger.error({ err: error }, 'waiting messages could not be looked through');
      nextDueMs = this.#clock.nowMs() + LONGEST_TIMER_MS;
    }
    this.#looking = false;
    if (nextDueMs !== null) {
      this.#lookIn(nextDueMs - this.#clock.nowMs());
    }
    if (this.#wantedMs !== Number.POSITIVE_INFINITY) {
      this.#lookIn(this.#wantedMs - this.#clock.monotonicMs());
      this.#wantedMs = Number.POSITIVE_INFINITY;
    }
  }
}
