const KEPT = 256;

/** The newest commits' durations and group sizes, for the health of the outbox. */
export class CommitStats {
  readonly #commitMs = new Float64Array(KEPT);
  readonly #groupSizes = new Float64Array(KEPT);
  #count = 0;

  add(commitMs: number, groupSize: number): void {
    this.#commitMs[this.#count % KEPT] = commitMs;
    this.#groupSizes[this.#count % KEPT] = groupSize;
    this.#count += 1;
  }

  summary(): {
    readonly commitP50Ms: number | null;
    readonly commitP99Ms: number | null;
    readonly groupSizeP50: number | null;
  } {
    const filled = Math.min(this.#count, KEPT);
    const commits = this.#commitMs.slice(0, filled).sort();
    const sizes = this.#groupSizes.slice(0, filled).sort();
    return {
      commitP50Ms: quantile(commits, 0.5),
      commitP99Ms: quantile(commits, 0.99),
      groupSizeP50: quantile(sizes, 0.5),
    };
  }
}

function quantile(sorted: Float64Array, share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
