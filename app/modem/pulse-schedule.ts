import type { DriverLimits } from './limits.ts';

/** A slow job of a session; see `pulse-jobs.ts`. */
export type PulseJob = 'sim' | 'inbound' | 'pulse' | 'poll' | 'check';

/** What a session does next. */
export type Due = { readonly job: PulseJob } | { readonly job: 'wait'; readonly forMs: number };

/**
 * Which of the slow jobs of a modem is due. With a SIM that can be used: radio, message store and
 * settings, each at its own rhythm; without: radio, and whether the SIM has changed. Monotonic times.
 */
export class PulseSchedule {
  readonly #every: { readonly pulse: number; readonly poll: number; readonly check: number };
  readonly #simEveryMs: number;
  readonly #usable: boolean;
  #pulseMs: number;
  #pollMs: number;
  #checkMs: number;
  #simMs: number;

  constructor(limits: DriverLimits, usable: boolean, nowMs: number) {
    this.#every = { pulse: limits.pulseMs, poll: limits.pollMs, check: limits.checkMs };
    this.#simEveryMs = limits.simRetryMs;
    this.#usable = usable;
    this.#pulseMs = nowMs + this.#every.pulse;
    this.#pollMs = nowMs + this.#every.poll;
    this.#checkMs = nowMs + this.#every.check;
    this.#simMs = nowMs + this.#simEveryMs;
  }

  /** The settings are checked at the latest then. */
  checkBy(atMs: number): void {
    this.#checkMs = Math.min(this.#checkMs, atMs);
  }

  /** Takes the most pressing job; `announced`: a message waits to be read. */
  next(nowMs: number, announced: boolean): Due {
    if (!this.#usable && nowMs >= this.#simMs) {
      this.#simMs = nowMs + this.#simEveryMs;
      return { job: 'sim' };
    }
    if (this.#usable && announced) {
      return { job: 'inbound' };
    }
    if (nowMs >= this.#pulseMs) {
      this.#pulseMs = nowMs + this.#every.pulse;
      return { job: 'pulse' };
    }
    if (this.#usable && nowMs >= this.#pollMs) {
      this.#pollMs = nowMs + this.#every.poll;
      return { job: 'poll' };
    }
    if (this.#usable && nowMs >= this.#checkMs) {
      this.#checkMs = nowMs + this.#every.check;
      return { job: 'check' };
    }
    const first = this.#usable
      ? Math.min(this.#pulseMs, this.#pollMs, this.#checkMs)
      : Math.min(this.#pulseMs, this.#simMs);
    return { job: 'wait', forMs: Math.max(1, first - nowMs) };
  }
}
