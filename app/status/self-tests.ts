/** The last self-test of each modem since this process started. */
export class SelfTests {
  readonly #last = new Map<string, { readonly atMs: number; readonly fault: string | null }>();

  note(modem: string, ok: boolean, detail: string, atMs: number): void {
    this.#last.set(modem, { atMs, fault: ok ? null : detail });
  }

  /** Null where none was asked for; otherwise the newest time, and what failed, with the modem's id. */
  summary(): { readonly at: string; readonly passed: number; readonly failed: string[] } | null {
    const tests = [...this.#last];
    if (tests.length === 0) {
      return null;
    }
    const failed = tests.flatMap(([modem, { fault }]) =>
      fault === null ? [] : [`${modem}: ${fault}`],
    );
    const newestMs = Math.max(...tests.map(([, { atMs }]) => atMs));
    return {
      at: new Date(newestMs).toISOString(),
      passed: tests.length - failed.length,
      failed,
    };
  }
}
