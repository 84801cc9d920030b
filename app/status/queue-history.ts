import type { QueueStats } from '../outbox/contract.ts';

interface Sample {
  readonly atMs: number;
  readonly accepted: number;
  readonly departed: number;
}

const WINDOW_MS = 600_000;
const SHORTEST_WINDOW_MS = 20_000;
const SPACING_MS = 5_000;
const MINUTE_MS = 60_000;
const MINUTES = 60;

/** Rates from totals that were seen at irregular times, and the depth minute by minute. */
export class QueueHistory {
  #samples: Sample[] = [];
  #depths: number[] = [];
  #minuteStartedMs: number | null = null;
  #moved: { readonly total: number; readonly atMs: number } | null = null;

  /** `atMs` is monotonic. */
  add(atMs: number, stats: QueueStats): void {
    const { accepted, sent, failed, partsSent } = stats.totals;
    const total = partsSent + sent + failed;
    if (this.#moved?.total !== total) {
      this.#moved = { total, atMs };
    }
    const last = this.#samples.at(-1);
    if (last !== undefined && atMs - last.atMs < SPACING_MS) {
      return;
    }
    this.#samples.push({ atMs, accepted, departed: sent + failed });
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? 0) <= atMs - WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Remembers the depth once a minute. */
  addDepth(atMs: number, depth: number): void {
    if (this.#minuteStartedMs === null) {
      this.#minuteStartedMs = atMs;
      this.#depths.push(depth);
      return;
    }
    while (atMs - this.#minuteStartedMs >= MINUTE_MS) {
      this.#minuteStartedMs += MINUTE_MS;
      this.#depths.push(depth);
    }
    this.#depths = this.#depths.slice(-MINUTES);
    this.#depths[this.#depths.length - 1] = depth;
  }

  depths(): readonly number[] {
    return this.#depths;
  }

  /** Seconds since the totals showed that something left; null before they were first seen. */
  stillSeconds(nowMs: number): number | null {
    return this.#moved === null ? null : Math.floor((nowMs - this.#moved.atMs) / 1000);
  }

  /** Messages a minute over the last ten minutes or what there is of them; null: too little. */
  rates(): {
    readonly arrivalsPerMinute: number | null;
    readonly departuresPerMinute: number | null;
  } {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < SHORTEST_WINDOW_MS) {
      return { arrivalsPerMinute: null, departuresPerMinute: null };
    }
    const minutes = (last.atMs - first.atMs) / MINUTE_MS;
    const perMinute = (count: number): number =>
      Math.round((Math.max(0, count) / minutes) * 10) / 10;
    return {
      arrivalsPerMinute: perMinute(last.accepted - first.accepted),
      departuresPerMinute: perMinute(last.departed - first.departed),
    };
  }
}
