import { GatewayError } from '../domain/gateway-error.ts';
import type { AtResult, CommandOptions, PairedPdu } from './at-types.ts';
import type { Exchange, ExchangeHost } from './exchange.ts';
import { ExpectedLines } from './expected-lines.ts';
import { parseFinal } from './line-kinds.ts';
import type { Entry } from './line-pairing.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
/** Lines one answer may have; a store of 255 messages has 510. */
const LINES_LIMIT = 4_096;
/** Commands of 27.005, which alone end with `+CMS ERROR`. */
const SMS_COMMAND = /^AT\+C(MG|NM|PMS|SCA|SMS|MMS|SMP|SDH|SAS|RES)/i;

/** One command line and its answer. */
export class CommandExchange implements Exchange {
  readonly result: Promise<AtResult>;
  readonly secret: boolean;
  readonly #command: string;
  readonly #options: CommandOptions;
  readonly #expected: ExpectedLines;
  readonly #dialling: boolean;
  readonly #lines: string[] = [];
  readonly #pdus: PairedPdu[] = [];
  #resolve: (result: AtResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #host: ExchangeHost | null = null;
  #cancelTimer: () => void = () => {};
  #settled = false;

  constructor(command: string, options: CommandOptions) {
    this.#command = command;
    this.#options = options;
    this.secret = options.secret ?? false;
    this.#expected = new ExpectedLines(command, options.prefixes, options.anyText ?? false);
    this.#dialling = /^AT[DAHO]/i.test(command);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Ended before it could start: aborted in the queue. */
  get settled(): boolean {
    return this.#settled;
  }

  start(host: ExchangeHost): void {
    this.#host = host;
    this.#cancelTimer = host.clock.schedule(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS, () => {
      host.faults.timeouts += 1;
      this.fail(this.#error('at-timeout', 'The modem did not answer in time.'), true);
    });
    void host.write(`${this.#command}\r`);
  }

  take(entry: Entry): boolean {
    if (entry.pdu === null) {
      const final = parseFinal(entry.line, this.#dialling);
      if (final !== null) {
        return this.#takeFinal(final);
      }
    }
    if (!this.#expected.has(entry.line)) {
      return false;
    }
    if (this.#lines.length >= LINES_LIMIT) {
      this.fail(this.#error('at-answer-too-long', 'The answer of the modem does not end.'), true);
      return true;
    }
    this.#lines.push(entry.line);
    if (entry.pdu !== null) {
      this.#pdus.push({ header: entry.line, pdu: entry.pdu });
    }
    return true;
  }

  isEcho(line: string): boolean {
    return (
      line === this.#command || (this.secret && line.length > 3 && this.#command.includes(line))
    );
  }

  prompt(): 'stray' {
    return 'stray';
  }

  /** The modem shows a prompt: it took this command for a text. */
  stuck(): void {
    this.fail(this.#error('at-stuck-prompt', 'The modem was waiting for a message text.'), true);
  }

  reset(): void {
    this.fail(this.#error('modem-reset', 'The modem restarted during a command.'), false);
  }

  lost(error: GatewayError): void {
    this.fail(error, false);
  }

  /** Ends it with an error, started or not. */
  fail(error: unknown, outOfSync: boolean): void {
    if (this.#settle()) {
      this.#reject(error);
      this.#host?.over(outOfSync);
    }
  }

  #takeFinal(final: NonNullable<ReturnType<typeof parseFinal>>): boolean {
    const ofLateSend =
      !final.ok &&
      final.error.kind === 'cms' &&
      this.#host?.lateSendOpen() === true &&
      !SMS_COMMAND.test(this.#command);
    if (ofLateSend) {
      return false;
    }
    if (this.#settle()) {
      this.#resolve({ ...final, lines: this.#lines, pdus: this.#pdus });
      this.#host?.over(false);
    }
    return true;
  }

  #settle(): boolean {
    if (this.#settled) {
      return false;
    }
    this.#settled = true;
    this.#cancelTimer();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }

  /** Names the command only: its arguments may be numbers or a PIN. */
  #error(code: string, message: string): GatewayError {
    const command = /^[^=?]*/.exec(this.#command)?.[0] ?? '';
    return new GatewayError(code, message, { retry: 'later', context: { command } });
  }

  readonly #onAbort = (): void => {
    this.fail(this.#options.signal?.reason, true);
  };
}
