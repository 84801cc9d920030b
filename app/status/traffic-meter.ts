import type { Traffic } from './status-document.ts';

/** What the HTTP server counts; the totals only grow. */
export interface TrafficCounts {
  readonly connectionsOpen: number;
  readonly connectionsLimit: number;
  readonly requests: number;
  /** Answers with a status of 500 to 599. */
  readonly answers5xx: number;
  /** How late the event loop is (`LoopDelay`); null: not known yet. */
  readonly loopDelayP99Ms: number | null;
}

interface Sample extends TrafficCounts {
  readonly atMs: number;
}

/** Samples come with the status tick (5 s); a page that is asked for in between adds none. */
const SPACING_MS = 4_500;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Rates from totals that are looked at every few seconds. */
export class TrafficMeter {
  /** Those of the last minute, and one older where there is one. */
  #samples: Sample[] = [];
  /** The highest rate of each minute that had any, newest last. */
  #peaks: { readonly atMs: number; readonly perSecond: number }[] = [];

  /** `atMs` is monotonic. */
  see(atMs: number, counts: TrafficCounts): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && atMs - last.atMs < SPACING_MS) {
      return;
    }
    if (last !== undefined) {
      this.#addPeak(atMs, perSecond(last, { ...counts, atMs }));
    }
    this.#samples.push({ ...counts, atMs });
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? atMs) <= atMs - MINUTE_MS) {
      this.#samples.shift();
    }
  }

  /** Rates are null until there are two looks at the totals. */
  now(atMs: number, counts: TrafficCounts): Traffic {
    const current = { ...counts, atMs };
    const base = this.#samples.findLast((sample) => atMs - sample.atMs >= SPACING_MS);
    const rate = base === undefined ? null : perSecond(base, current);
    const [oldest] = this.#samples;
    const peaks = this.#peaks.filter((peak) => peak.atMs > atMs - HOUR_MS);
    return {
      connectionsOpen: counts.connectionsOpen,
      connectionsLimit: counts.connectionsLimit,
      requestsPerSecond: rate,
      requestsPerSecondPeak1h:
        rate === null ? null : Math.max(rate, ...peaks.map((peak) => peak.perSecond)),
      status5xxPerMinute:
        oldest === undefined || base === undefined ? null : current.answers5xx - oldest.answers5xx,
      loopDelayP99Ms: counts.loopDelayP99Ms,
    };
  }

  #addPeak(atMs: number, rate: number): void {
    const last = this.#peaks.at(-1);
    if (last !== undefined && atMs - last.atMs < MINUTE_MS) {
      this.#peaks[this.#peaks.length - 1] = {
        atMs: last.atMs,
        perSecond: Math.max(last.perSecond, rate),
      };
    } else {
      this.#peaks = [
        ...this.#peaks.filter((peak) => peak.atMs > atMs - HOUR_MS),
        { atMs, perSecond: rate },
      ];
    }
  }
}

function perSecond(from: Sample, to: Sample): number {
  return Math.round(((to.requests - from.requests) / (to.atMs - from.atMs)) * 10_000) / 10;
}
