import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the loop is looked at: a stall of a second is always seen, and each look costs an idle box 0.2 ms. */
const RESOLUTION_MS = 1_000;
const WINDOW_MS = 60_000;

/** How late this process's event loop is. */
export class LoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #nowMs: () => number;
  #windowSinceMs: number;
  #previousMs: number | null = null;

  /** `nowMs` is monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#windowSinceMs = nowMs();
    this.#histogram.enable();
  }

  /** Milliseconds that 99 of 100 looks were not late by, in the worse of the last two minutes; null before the first. */
  p99Ms(): number | null {
    const currentMs = this.#window();
    const worst = Math.max(currentMs ?? -1, this.#previousMs ?? -1);
    if (this.#nowMs() - this.#windowSinceMs >= WINDOW_MS) {
      this.#previousMs = currentMs;
      this.#windowSinceMs = this.#nowMs();
      this.#histogram.reset();
    }
    return worst < 0 ? null : worst;
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** What was recorded is the whole time between two looks, in nanoseconds. */
  #window(): number | null {
    return this.#histogram.count === 0
      ? null
      : Math.max(0, Math.round(this.#histogram.percentile(99) / 1e6) - RESOLUTION_MS);
  }
}
