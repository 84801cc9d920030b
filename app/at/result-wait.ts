import type { PduResult } from './at-types.ts';
import type { ExchangeHost } from './exchange.ts';
import type { ExchangeTimer } from './exchange-timer.ts';
import { parseFinal } from './line-kinds.ts';
import { verdictAfterCtrlZ } from './send-verdict.ts';

const CTRL_Z = '\x1a';
/** From `+CMGS` to its `OK`. */
const FINAL_MS = 5_000;

export interface ResultWaitEvents {
  settle(result: PduResult): void;
  /** The result is still out: a late one belongs to this send. */
  onOpenEnd(ctrlZAtMs: number): void;
  /** Nothing more is waited for. `outOfSync`: answers may still come. */
  over(outOfSync: boolean): void;
}

/**
 * From Ctrl-Z to the result of a PDU, and from `+CMGS` to the `OK` behind it (27.005 §4.3). Whatever
 * breaks off here leaves the outcome unknown.
 */
export class ResultWait {
  readonly #host: ExchangeHost;
  readonly #timer: ExchangeTimer;
  readonly #events: ResultWaitEvents;
  readonly #ctrlZAtMs: number;
  #referenceCame = false;

  /** Begins now: Ctrl-Z is about to be written. */
  constructor(
    host: ExchangeHost,
    timer: ExchangeTimer,
    timeoutMs: number,
    events: ResultWaitEvents,
  ) {
    this.#host = host;
    this.#timer = timer;
    this.#events = events;
    this.#ctrlZAtMs = host.clock.monotonicMs();
    timer.set(host.clock, timeoutMs, () => {
      host.faults.timeouts += 1;
      events.settle({ kind: 'unknown', reason: 'silence', afterMs: this.#afterMs() });
      events.onOpenEnd(this.#ctrlZAtMs);
      events.over(true);
    });
  }

  /** True takes the line. */
  take(line: string): boolean {
    return this.#referenceCame ? this.#takeFinal(line) : this.#takeResult(line);
  }

  /** The modem restarted or is gone. */
  breakOff(reason: 'reset' | 'link-lost'): void {
    if (!this.#referenceCame) {
      this.#events.settle({ kind: 'unknown', reason, afterMs: this.#afterMs() });
    }
  }

  #takeResult(line: string): boolean {
    // An echoed Ctrl-Z may stand glued before the result.
    const text = line.slice(line.lastIndexOf(CTRL_Z) + 1).trimStart();
    const verdict = verdictAfterCtrlZ(text, this.#afterMs());
    if (verdict === null) {
      return false;
    }
    this.#events.settle(verdict);
    if (verdict.kind === 'sent' && verdict.reference !== null) {
      this.#referenceCame = true;
      this.#timer.set(this.#host.clock, FINAL_MS, () => {
        this.#host.faults.missingFinals += 1;
        this.#events.over(true);
      });
      return true;
    }
    if (verdict.kind === 'sent') {
      this.#host.faults.missingReferences += 1;
    } else if (verdict.kind === 'unknown') {
      this.#events.onOpenEnd(this.#ctrlZAtMs);
    }
    this.#events.over(false);
    return true;
  }

  #takeFinal(line: string): boolean {
    if (parseFinal(line, false) === null) {
      return false;
    }
    this.#events.over(false);
    return true;
  }

  #afterMs(): number {
    return this.#host.clock.monotonicMs() - this.#ctrlZAtMs;
  }
}
