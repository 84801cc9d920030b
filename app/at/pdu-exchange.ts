import { delay } from '../domain/clock.ts';
import type { GatewayError } from '../domain/gateway-error.ts';
import type { PduRequest, PduResult } from './at-types.ts';
import type { Exchange, ExchangeHost } from './exchange.ts';
import { ExchangeTimer } from './exchange-timer.ts';
import { parseFinal } from './line-kinds.ts';
import type { Entry } from './line-pairing.ts';
import { PduEcho } from './pdu-echo.ts';
import { ResultWait } from './result-wait.ts';
import { verdictBeforeCtrlZ } from './send-verdict.ts';

const ESCAPE = '\x1b';
const CTRL_Z = '\x1a';
/** After ESC: how long a modem may take to say OK, ERROR or nothing. */
const ESCAPE_SETTLE_MS = 500;
/** After that answer: quiet enough for the next command. */
const ESCAPE_QUIET_MS = 50;

/**
 * `prompt` → `hand-over` → `writing` → `after-ctrl-z`, or out by `escaping`.
 * Up to `writing` the part is certainly not sent.
 */
type Phase = 'new' | 'prompt' | 'hand-over' | 'writing' | 'after-ctrl-z' | 'escaping' | 'over';

interface PduExchangeEvents {
  /** Ctrl-Z is about to be written: an older open send can't answer any more. */
  onCtrlZ(): void;
  /** The result is still out: a late one belongs to this send. */
  onOpenEnd(ctrlZAtMs: number): void;
}

/** `AT+CMGS` with its prompt, the hand-over bracket, the PDU and the result (27.005 §4.3). */
export class PduExchange implements Exchange {
  readonly result: Promise<PduResult>;
  readonly #request: PduRequest;
  readonly #events: PduExchangeEvents;
  readonly #timer: ExchangeTimer = new ExchangeTimer();
  readonly #echo: PduEcho = new PduEcho();
  #resolve: (result: PduResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #host: ExchangeHost | null = null;
  #phase: Phase = 'new';
  #promptAtMs = 0;
  #resultWait: ResultWait | null = null;
  /** What ended the hand-over from outside while its commit was still running. */
  #verdict: PduResult | null = null;

  constructor(request: PduRequest, events: PduExchangeEvents) {
    this.#request = request;
    this.#events = events;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  start(host: ExchangeHost): void {
    this.#host = host;
    this.#phase = 'prompt';
    this.#timer.set(host.clock, this.#request.promptTimeoutMs, () => {
      host.faults.timeouts += 1;
      this.#escape();
      this.#resolve({ kind: 'no-prompt', bracketOpen: false });
    });
    void host.write(`${this.#request.lengthCommand}\r`);
  }

  prompt(): 'mine' | 'ignore' {
    const host = this.#host;
    if (this.#phase !== 'prompt' || host === null) {
      return 'ignore';
    }
    this.#phase = 'hand-over';
    this.#promptAtMs = host.clock.monotonicMs();
    this.#timer.set(host.clock, this.#request.maxHandOverMs, () => {
      this.#abandon({ kind: 'hand-over-too-slow' });
    });
    void this.#handOver(host);
    return 'mine';
  }

  isEcho(line: string): boolean {
    return line === this.#request.lengthCommand || this.#echo.takes(line);
  }

  take(entry: Entry): boolean {
    if (entry.pdu !== null) {
      return false;
    }
    switch (this.#phase) {
      case 'prompt':
      case 'hand-over':
      case 'writing':
        return this.#takeBeforeCtrlZ(entry.line);
      case 'after-ctrl-z':
        return this.#resultWait?.take(entry.line) ?? false;
      case 'escaping':
        return this.#takeAfterEscape(entry.line);
      case 'new':
      case 'over':
        return false;
    }
  }

  reset(): void {
    this.#breakOff('reset');
  }

  lost(_error: GatewayError): void {
    this.#breakOff('link-lost');
  }

  async #handOver(host: ExchangeHost): Promise<void> {
    try {
      const answer = await this.#request.handOver();
      if (this.#phase !== 'hand-over') {
        this.#resolve(
          answer === 'gone' ? { kind: 'gone' } : (this.#verdict ?? { kind: 'hand-over-too-slow' }),
        );
        return;
      }
      if (answer === 'gone') {
        this.#escape();
        this.#resolve({ kind: 'gone' });
        return;
      }
      // The timer may be late behind a busy event loop; the clock is the judge.
      if (host.clock.monotonicMs() - this.#promptAtMs > this.#request.maxHandOverMs) {
        this.#escape();
        this.#resolve({ kind: 'hand-over-too-slow' });
        return;
      }
      await this.#writePdu(host);
    } catch (error) {
      this.#escape();
      this.#reject(error);
    }
  }

  async #writePdu(host: ExchangeHost): Promise<void> {
    this.#timer.cancel();
    this.#phase = 'writing';
    this.#echo.expect(this.#request.pdu);
    let rest = this.#request.pdu;
    const pacing = this.#request.pacing;
    while (pacing !== undefined && rest.length > pacing.chunkOctets) {
      await host.write(rest.slice(0, pacing.chunkOctets));
      rest = rest.slice(pacing.chunkOctets);
      await delay(host.clock, pacing.gapMs);
      if (!this.#stillWriting()) {
        this.#resolve(this.#verdict ?? { kind: 'no-prompt', bracketOpen: true });
        return;
      }
    }
    this.#request.onCtrlZ?.();
    this.#events.onCtrlZ();
    this.#phase = 'after-ctrl-z';
    this.#resultWait = new ResultWait(host, this.#timer, this.#request.resultTimeoutMs, {
      settle: (result) => this.#resolve(result),
      onOpenEnd: (ctrlZAtMs) => this.#events.onOpenEnd(ctrlZAtMs),
      over: (outOfSync) => this.#finish(outOfSync),
    });
    await host.write(rest + CTRL_Z);
  }

  #takeBeforeCtrlZ(line: string): boolean {
    const atPrompt = this.#phase !== 'prompt';
    const verdict = verdictBeforeCtrlZ(line, atPrompt);
    if (verdict === null) {
      return false;
    }
    if (atPrompt) {
      // The modem left the prompt and would read the hex as commands.
      this.#abandon(verdict);
    } else if (verdict.kind === 'no-prompt') {
      // An OK from before; the prompt, or its time-out, is still to come.
      if (this.#host !== null) {
        this.#host.faults.strayFinals += 1;
      }
    } else {
      this.#resolve(verdict);
      this.#finish(false);
    }
    return true;
  }

  #takeAfterEscape(line: string): boolean {
    if (parseFinal(line, false) === null) {
      return false;
    }
    this.#finishAfter(ESCAPE_QUIET_MS);
    return true;
  }

  /** The modem restarted or is gone. */
  #breakOff(reason: 'reset' | 'link-lost'): void {
    switch (this.#phase) {
      case 'prompt':
        this.#resolve({ kind: 'lost-before-ctrl-z', reason, bracketOpen: false });
        break;
      case 'hand-over':
      case 'writing':
        this.#verdict = { kind: 'lost-before-ctrl-z', reason, bracketOpen: true };
        break;
      case 'after-ctrl-z':
        this.#resultWait?.breakOff(reason);
        break;
      case 'new':
      case 'escaping':
      case 'over':
        break;
    }
    this.#finish(false);
  }

  /** Leaves the prompt; the result is given when the commit that still runs has ended. */
  #abandon(verdict: PduResult): void {
    this.#verdict = verdict;
    this.#escape();
  }

  /** ESC, never Ctrl-Z: that would submit what stands at the prompt. */
  #escape(): void {
    if (this.#phase === 'over' || this.#phase === 'escaping' || this.#host === null) {
      return;
    }
    this.#phase = 'escaping';
    this.#finishAfter(ESCAPE_SETTLE_MS);
    void this.#host.write(ESCAPE);
  }

  #finishAfter(delayMs: number): void {
    if (this.#host !== null) {
      this.#timer.set(this.#host.clock, delayMs, () => this.#finish(false));
    }
  }

  #finish(outOfSync: boolean): void {
    if (this.#phase !== 'over') {
      this.#phase = 'over';
      this.#timer.cancel();
      this.#host?.over(outOfSync);
    }
  }

  #stillWriting(): boolean {
    return this.#phase === 'writing';
  }
}
