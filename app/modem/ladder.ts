/** The steps of a recovery, mildest first. */
export const RUNGS = ['resync', 'reopen', 'radio-cycle', 'reset', 'usb-reset'] as const;
export type Rung = (typeof RUNGS)[number];

const HOUR_MS = 3_600_000;
/** Waits after a ladder that was used up; the last one repeats. */
export const BACK_OFF_MS: readonly number[] = [60_000, 120_000, 300_000, 600_000, 1_800_000];
/** A modem that stayed well for so long begins again at the mildest rung. */
export const CALM_MS = 300_000;
/** More resets than this in an hour only wear the modem out. */
const MAX_HARD_PER_HOUR = 6;
const KEPT_RUNS = 500;

export type LadderStep =
  | { readonly kind: 'rung'; readonly rung: Rung; readonly number: number }
  /** The ladder is used up: the modem counts as failed until the wait is over. */
  | { readonly kind: 'back-off'; readonly waitMs: number };

/**
 * Which step comes next, and how often the ladder was begun. Pure bookkeeping: the caller performs the
 * steps. Times are monotonic milliseconds.
 */
export class RecoveryLadder {
  readonly rungs: readonly Rung[];
  #position = 0;
  #failedLadders = 0;
  #sinceMs: number | null = null;
  #wellSinceMs: number | null = null;
  #lastReason: string | null = null;
  #runsMs: number[] = [];
  #hardMs: number[] = [];

  constructor(rungs: readonly Rung[] = RUNGS) {
    this.rungs = rungs;
  }

  /** The next step after something went wrong, or after the step before did not help. */
  next(reason: string, nowMs: number, from: Rung = 'resync'): LadderStep {
    this.#lastReason = reason;
    if (this.#wellSinceMs !== null && nowMs - this.#wellSinceMs >= CALM_MS) {
      this.#position = 0;
      this.#failedLadders = 0;
    }
    this.#wellSinceMs = null;
    if (this.#sinceMs === null) {
      this.#sinceMs = nowMs;
      this.#runsMs = [...this.#runsMs, nowMs].slice(-KEPT_RUNS);
    }
    this.#position = Math.max(this.#position, this.rungs.indexOf(from));
    const rung = this.rungs[this.#position];
    const worn = this.#hardMs.filter((at) => nowMs - at < HOUR_MS).length >= MAX_HARD_PER_HOUR;
    const hard = rung === 'reset' || rung === 'usb-reset' || rung === 'radio-cycle';
    if (rung === undefined || (hard && worn)) {
      const waitMs = BACK_OFF_MS[Math.min(this.#failedLadders, BACK_OFF_MS.length - 1)] ?? HOUR_MS;
      this.#failedLadders++;
      this.#position = 0;
      return { kind: 'back-off', waitMs };
    }
    if (hard) {
      this.#hardMs = [...this.#hardMs, nowMs].slice(-2 * MAX_HARD_PER_HOUR);
    }
    this.#position++;
    return { kind: 'rung', rung, number: this.#position };
  }

  /** The modem restarted or its port vanished by itself: counted, but no step was taken. */
  dropped(reason: string, nowMs: number): void {
    this.#lastReason = reason;
    if (this.#sinceMs === null) {
      this.#runsMs = [...this.#runsMs, nowMs].slice(-KEPT_RUNS);
    }
  }

  /** The modem is ready again. The rung is forgotten only after it stayed well for a while. */
  recovered(nowMs: number): void {
    this.#sinceMs = null;
    this.#wellSinceMs = nowMs;
  }

  /** Whether a recovery is under way. */
  get active(): boolean {
    return this.#sinceMs !== null;
  }

  report(nowMs: number): {
    readonly rung: number;
    readonly rungs: number;
    readonly count1h: number;
    readonly count24h: number;
    readonly count7d: number;
    readonly lastReason: string | null;
    readonly sinceSeconds: number | null;
  } {
    const within = (ms: number): number => this.#runsMs.filter((at) => nowMs - at < ms).length;
    return {
      rung: this.#sinceMs === null ? 0 : this.#position,
      rungs: this.rungs.length,
      count1h: within(HOUR_MS),
      count24h: within(24 * HOUR_MS),
      count7d: within(7 * 24 * HOUR_MS),
      lastReason: this.#lastReason,
      sinceSeconds: this.#sinceMs === null ? null : Math.floor((nowMs - this.#sinceMs) / 1000),
    };
  }
}
