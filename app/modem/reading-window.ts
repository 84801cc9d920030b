/** Readings of the last hour, for medians and extremes. Times are monotonic milliseconds. */
export class ReadingWindow {
  readonly #keepMs: number;
  readonly #most: number;
  #readings: { readonly atMs: number; readonly value: number }[] = [];

  constructor(keepMs: number = 3_600_000, most: number = 512) {
    this.#keepMs = keepMs;
    this.#most = most;
  }

  add(atMs: number, value: number): void {
    this.#readings.push({ atMs, value });
    if (this.#readings.length > this.#most || this.#readings.length % 64 === 0) {
      this.#readings = this.#readings
        .filter((reading) => atMs - reading.atMs <= this.#keepMs)
        .slice(-this.#most);
    }
  }

  /** Median (the lower one of two) of what came within `withinMs`; null without readings. */
  median(nowMs: number, withinMs: number): number | null {
    const values = this.#within(nowMs, withinMs).sort((a, b) => a - b);
    return values[Math.floor((values.length - 1) / 2)] ?? null;
  }

  min(nowMs: number): number | null {
    const values = this.#within(nowMs, this.#keepMs);
    return values.length === 0 ? null : Math.min(...values);
  }

  max(nowMs: number): number | null {
    const values = this.#within(nowMs, this.#keepMs);
    return values.length === 0 ? null : Math.max(...values);
  }

  #within(nowMs: number, withinMs: number): number[] {
    return this.#readings
      .filter((reading) => nowMs - reading.atMs <= withinMs)
      .map((reading) => reading.value);
  }
}
