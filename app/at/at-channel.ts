import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import type { CloseReport, Link } from '../link/link.ts';
import type {
  AtResult,
  CommandOptions,
  LateResult,
  PduRequest,
  PduResult,
  Urc,
} from './at-types.ts';
import { CommandExchange } from './command-exchange.ts';
import type { Exchange, ExchangeHost } from './exchange.ts';
import { type FaultCounters, newFaultCounters } from './fault-counters.ts';
import { bootStage, lineName, parseCmgs, parseFinal, withoutNoise } from './line-kinds.ts';
import { type Entry, LinePairing } from './line-pairing.ts';
import { OctetStage } from './octet-stage.ts';
import { PduExchange } from './pdu-exchange.ts';
import { ResyncExchange, type ResyncOptions } from './resync-exchange.ts';

/** Commands that may wait; the driver has one or two. */
const QUEUE_LIMIT = 64;
/** A late `+CMGS` brings its own `OK` within this time. */
const LATE_FINAL_MS = 5_000;

export interface AtChannelDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  onUrc(urc: Urc): void;
  /** Once; null after `close()`. What was running or waiting is settled before. */
  onClose(error: GatewayError | null): void;
  onLateResult?(result: LateResult): void;
  /** Every octet but those of secret commands; texts and numbers are in it. */
  trace?(direction: 'in' | 'out', bytes: Uint8Array): void;
}

interface Job {
  readonly exchange: Exchange;
  /** Whether to leave it out: it was settled while it waited. */
  skip(): boolean;
  /** The modem did not answer the probe before it. */
  unanswered(): void;
  /** The link ended before it could start. */
  lost(error: GatewayError): void;
}

/**
 * AT commands over one link: one at a time, in the order of the calls, answers told apart from
 * announcements, the prompt found in raw octets. After a time-out the channel probes the modem by
 * itself before the next command, so that a late answer is never taken for a newer one's.
 */
export class AtChannel {
  readonly faults: FaultCounters = newFaultCounters();
  readonly #link: Link;
  readonly #deps: AtChannelDeps;
  readonly #octets: OctetStage;
  readonly #pairing: LinePairing;
  readonly #host: ExchangeHost;
  readonly #queue: Job[] = [];
  readonly #chunks: Uint8Array[] = [];
  #active: Exchange | null = null;
  #reading = false;
  #outOfSync = false;
  /** Ctrl-Z of a send whose result is still out; null when there is none. */
  #openSendAtMs: number | null = null;
  #swallowOkUntilMs: number | null = null;
  #strayEscapeSent = false;
  #ended: GatewayError | null = null;

  constructor(link: Link, deps: AtChannelDeps) {
    this.#link = link;
    this.#deps = deps;
    this.#octets = new OctetStage(
      { onLine: (line) => this.#onLine(line), onPrompt: () => this.#onPrompt() },
      this.faults,
    );
    this.#pairing = new LinePairing((entry) => this.#dispatch(entry), this.faults);
    this.#host = {
      clock: deps.clock,
      faults: this.faults,
      write: (text) => this.#write(text),
      lateSendOpen: () => this.#openSendAtMs !== null,
      over: (outOfSync) => this.#over(outOfSync),
    };
    link.onClose((error) => this.#end(error));
    link.onData((bytes) => this.#onData(bytes));
  }

  /**
   * Sends one command line (without CR) and resolves with its answer, errors of the modem included.
   * Rejects with `at-timeout`, `link-lost`, `modem-reset`, `at-queue-full`, or the signal's reason.
   */
  command(text: string, options: CommandOptions = {}): Promise<AtResult> {
    const exchange = new CommandExchange(text, options);
    if (options.signal?.aborted === true) {
      exchange.fail(options.signal.reason, false);
    } else {
      this.#enqueue({
        exchange,
        skip: () => exchange.settled,
        unanswered: () =>
          exchange.fail(
            new GatewayError('at-timeout', 'The modem does not answer.', { retry: 'later' }),
            true,
          ),
        lost: (error) => exchange.fail(error, false),
      });
    }
    return exchange.result;
  }

  /** Sends one PDU. Never rejects for anything the modem or the link does. */
  sendPdu(request: PduRequest): Promise<PduResult> {
    const exchange = new PduExchange(request, {
      onCtrlZ: () => {
        this.#openSendAtMs = null;
      },
      onOpenEnd: (ctrlZAtMs) => {
        this.#openSendAtMs = ctrlZAtMs;
      },
    });
    return new Promise((resolve, reject) => {
      exchange.result.then(resolve, reject);
      this.#enqueue({
        exchange,
        skip: () => false,
        unanswered: () => resolve({ kind: 'no-prompt', bracketOpen: false }),
        lost: () =>
          resolve({ kind: 'lost-before-ctrl-z', reason: 'link-lost', bracketOpen: false }),
      });
    });
  }

  /**
   * Drains, leaves a stuck prompt (unless a silent send may still run) and probes with `AT`.
   * False when the modem stays silent (about 5 s) or the link is gone.
   */
  resync(options: ResyncOptions = { escape: this.#openSendAtMs === null }): Promise<boolean> {
    const exchange = new ResyncExchange(options);
    return new Promise((resolve) => {
      exchange.result.then(resolve, () => resolve(false));
      this.#enqueue({
        exchange,
        skip: () => false,
        unanswered: () => resolve(false),
        lost: () => resolve(false),
      });
    });
  }

  /** Whether the link is usable. */
  get open(): boolean {
    return this.#ended === null;
  }

  /** Settles all that runs or waits with `link-lost`, then closes the link (bounded in time). */
  async close(): Promise<CloseReport> {
    const report = this.#link.close();
    this.#end(null);
    return await report;
  }

  #enqueue(job: Job): void {
    if (this.#ended !== null) {
      job.lost(this.#ended);
      return;
    }
    if (this.#queue.length >= QUEUE_LIMIT) {
      job.lost(
        new GatewayError('at-queue-full', 'Too many commands wait for the modem.', {
          retry: 'later',
        }),
      );
      return;
    }
    this.#queue.push(job);
    this.#pump();
  }

  #pump(): void {
    while (this.#active === null && this.#ended === null) {
      const job = this.#queue[0];
      if (job === undefined) {
        return;
      }
      if (job.skip()) {
        this.#queue.shift();
      } else if (this.#outOfSync && !(job.exchange instanceof ResyncExchange)) {
        const probe = new ResyncExchange({ escape: this.#openSendAtMs === null });
        void probe.result.then((alive) => {
          if (!alive && this.#queue[0] === job) {
            this.#queue.shift();
            job.unanswered();
          }
          this.#pump();
        });
        this.#run(probe);
        return;
      } else {
        this.#queue.shift();
        this.#run(job.exchange);
      }
    }
  }

  #run(exchange: Exchange): void {
    this.#active = exchange;
    this.#strayEscapeSent = false;
    exchange.start(this.#host);
  }

  #over(outOfSync: boolean): void {
    const ended = this.#active;
    this.#active = null;
    this.#outOfSync = outOfSync;
    if (ended instanceof ResyncExchange && outOfSync) {
      // A failed probe first fails the job it was for; then the queue goes on.
      queueMicrotask(() => this.#pump());
    } else {
      this.#pump();
    }
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'latin1');
    this.#trace('out', bytes);
    try {
      await this.#link.write(bytes);
    } catch (error) {
      this.#end(linkLost(error));
    }
  }

  #onData(bytes: Uint8Array): void {
    this.#trace('in', bytes);
    // A handler may lead to more input at once; octets are taken strictly one chunk after another.
    this.#chunks.push(bytes);
    if (this.#reading) {
      return;
    }
    this.#reading = true;
    try {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
        this.#octets.take(chunk);
      }
    } finally {
      this.#reading = false;
    }
  }

  #onPrompt(): boolean {
    if (this.#pairing.insideText) {
      return false;
    }
    const answer = this.#active?.prompt() ?? 'stray';
    if (answer === 'stray') {
      this.faults.strayPrompts += 1;
      if (!this.#strayEscapeSent) {
        // Once per exchange: some other device on the port might answer each ESC with a prompt.
        this.#strayEscapeSent = true;
        void this.#write('\x1b');
      }
    }
    return true;
  }

  #onLine(raw: string): void {
    if (!this.#pairing.awaits(raw) && this.#active?.isEcho(raw) === true) {
      return;
    }
    const line = withoutNoise(raw);
    if (line !== raw) {
      this.faults.noisyLines += 1;
    }
    if (line !== '') {
      this.#pairing.take(line);
    }
  }

  #dispatch(entry: Entry): void {
    if (this.#swallowOkUntilMs !== null && entry.line === 'OK') {
      const until = this.#swallowOkUntilMs;
      this.#swallowOkUntilMs = null;
      if (this.#deps.clock.monotonicMs() <= until) {
        return;
      }
    }
    if (this.#active?.take(entry) === true) {
      return;
    }
    if (entry.pdu === null && this.#takeLate(entry.line)) {
      return;
    }
    const urc = toUrc(entry);
    if (urc.kind === 'boot' && urc.stage === 'started') {
      this.#openSendAtMs = null;
      this.#active?.reset();
    }
    this.#guard(() => this.#deps.onUrc(urc));
    if (urc.kind === 'line' && entry.pdu !== null) {
      const pdu = entry.pdu;
      this.#guard(() => this.#deps.onUrc({ kind: 'line', name: null, line: pdu }));
    }
  }

  /** A result that nothing waits for belongs to the last send, never to what runs now. */
  #takeLate(line: string): boolean {
    const openSinceMs = this.#openSendAtMs;
    const afterMs = openSinceMs === null ? null : this.#deps.clock.monotonicMs() - openSinceMs;
    const cmgs = parseCmgs(line);
    if (cmgs !== null) {
      this.#openSendAtMs = null;
      this.#swallowOkUntilMs = this.#deps.clock.monotonicMs() + LATE_FINAL_MS;
      this.#late({ kind: 'sent', reference: cmgs.reference, afterMs });
      return true;
    }
    const final = parseFinal(line, false);
    if (final === null) {
      return false;
    }
    if (!final.ok && final.error.kind === 'cms' && afterMs !== null) {
      this.#openSendAtMs = null;
      this.#late({ kind: 'refused', error: final.error, afterMs });
    } else {
      this.faults.strayFinals += 1;
      this.#guard(() => this.#deps.onUrc({ kind: 'line', name: null, line }));
    }
    return true;
  }

  #late(result: LateResult): void {
    this.faults.lateResults += 1;
    this.#guard(() => this.#deps.onLateResult?.(result));
  }

  #end(error: GatewayError | null): void {
    if (this.#ended !== null) {
      return;
    }
    const reason =
      error ?? new GatewayError('link-lost', 'The link was closed.', { retry: 'later' });
    this.#ended = reason;
    const active = this.#active;
    this.#active = null;
    active?.lost(reason);
    for (const job of this.#queue.splice(0)) {
      job.lost(reason);
    }
    this.#octets.close();
    if (error !== null) {
      void this.#link.close();
    }
    this.#guard(() => this.#deps.onClose(error));
  }

  #trace(direction: 'in' | 'out', bytes: Uint8Array): void {
    if (this.#deps.trace !== undefined) {
      const secret = this.#active instanceof CommandExchange && this.#active.secret;
      this.#deps.trace(direction, secret ? Buffer.from(`<${bytes.length} octets>`) : bytes);
    }
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.faults.handlerErrors += 1;
      this.#deps.logger.error({ err: error }, 'a handler of the AT channel failed');
    }
  }
}

function toUrc(entry: Entry): Urc {
  const { line, pdu } = entry;
  const name = lineName(line);
  if (pdu !== null && (name === '+CMT' || name === '+CDS' || name === '+CBM')) {
    return { kind: 'pdu', name, line, pdu };
  }
  const stage = bootStage(line);
  return stage === null ? { kind: 'line', name, line } : { kind: 'boot', stage, line };
}

function linkLost(error: unknown): GatewayError {
  return error instanceof GatewayError
    ? error
    : new GatewayError('link-lost', 'Writing to the modem failed.', {
        retry: 'later',
        cause: error,
      });
}
