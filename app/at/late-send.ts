import type { Clock } from '../domain/clock.ts';
import type { LateResult } from './at-types.ts';
import { parseCmgs, parseFinal } from './line-kinds.ts';

/** A late `+CMGS` brings its own `OK` within this time. */
const FINAL_MS = 5_000;

/**
 * The last send whose result did not come in time. Its slot stays open until a result comes, the
 * modem restarts or the next Ctrl-Z leaves; what comes for it is never another command's answer.
 */
export class LateSend {
  readonly #clock: Clock;
  readonly #onResult: (result: LateResult) => void;
  #ctrlZAtMs: number | null = null;
  #swallowOkUntilMs: number | null = null;

  constructor(clock: Clock, onResult: (result: LateResult) => void) {
    this.#clock = clock;
    this.#onResult = onResult;
  }

  get open(): boolean {
    return this.#ctrlZAtMs !== null;
  }

  /** `ctrlZAtMs`: when its Ctrl-Z was written, monotonic. */
  begin(ctrlZAtMs: number): void {
    this.#ctrlZAtMs = ctrlZAtMs;
  }

  end(): void {
    this.#ctrlZAtMs = null;
  }

  /** Whether this line is the `OK` behind a late `+CMGS`. */
  swallows(line: string): boolean {
    if (this.#swallowOkUntilMs === null || line !== 'OK') {
      return false;
    }
    const untilMs = this.#swallowOkUntilMs;
    this.#swallowOkUntilMs = null;
    return this.#clock.monotonicMs() <= untilMs;
  }

  /** Takes a line that nothing else waits for. A `+CMGS` may also be from before this channel. */
  take(line: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const afterMs = this.#ctrlZAtMs === null ? null : nowMs - this.#ctrlZAtMs;
    const cmgs = parseCmgs(line);
    if (cmgs !== null) {
      this.#ctrlZAtMs = null;
      this.#swallowOkUntilMs = nowMs + FINAL_MS;
      this.#onResult({ kind: 'sent', reference: cmgs.reference, afterMs });
      return true;
    }
    const final = parseFinal(line, false);
    if (afterMs === null || final === null || final.ok || final.error.kind !== 'cms') {
      return false;
    }
    this.#ctrlZAtMs = null;
    this.#onResult({ kind: 'refused', error: final.error, afterMs });
    return true;
  }
}
