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
import { type ChannelJob, commandJob, pduJob, resyncJob } from './channel-job.ts';
import { CommandExchange } from './command-exchange.ts';
import { EntryReader } from './entry-reader.ts';
import type { Exchange, ExchangeHost } from './exchange.ts';
import { type FaultCounters, newFaultCounters } from './fault-counters.ts';
import { LateSend } from './late-send.ts';
import { parseFinal } from './line-kinds.ts';
import type { Entry } from './line-pairing.ts';
import { PduExchange } from './pdu-exchange.ts';
import { ResyncExchange, type ResyncOptions } from './resync-exchange.ts';
import { toUrcs } from './urc.ts';

/** Commands that may wait; the driver has one or two. */
const QUEUE_LIMIT = 64;

/** A CR would end the command and begin another, Ctrl-Z would send what stands at a prompt. */
const CONTROL = /\p{Cc}/u;

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

/**
 * AT commands over one link: one at a time, in the order of the calls, answers told apart from
 * announcements, the prompt found in raw octets. After a time-out the channel probes the modem by
 * itself before the next command, so that a late answer is never taken for a newer one's.
 */
export class AtChannel {
  readonly faults: FaultCounters = newFaultCounters();
  readonly #link: Link;
  readonly #deps: AtChannelDeps;
  readonly #reader: EntryReader;
  readonly #host: ExchangeHost;
  readonly #lateSend: LateSend;
  readonly #queue: ChannelJob[] = [];
  #active: Exchange | null = null;
  #outOfSync = false;
  #strayEscapeSent = false;
  #ended: GatewayError | null = null;

  constructor(link: Link, deps: AtChannelDeps) {
    this.#link = link;
    this.#deps = deps;
    this.#reader = new EntryReader(
      {
        onEntry: (entry) => this.#dispatch(entry),
        onPrompt: () => this.#onPrompt(),
        isEcho: (line) => this.#active?.isEcho(line) ?? false,
      },
      this.faults,
    );
    this.#lateSend = new LateSend(deps.clock, (result) => {
      this.faults.lateResults += 1;
      this.#guard(() => deps.onLateResult?.(result));
    });
    this.#host = {
      clock: deps.clock,
      faults: this.faults,
      write: (text) => this.#write(text),
      lateSendOpen: () => this.#lateSend.open,
      over: (outOfSync) => this.#over(outOfSync),
    };
    link.onClose((error) => this.#end(error));
    link.onData((bytes) => this.#onData(bytes));
  }

  /**
   * Sends one command line (without CR) and resolves with its answer, errors of the modem included.
   * Rejects with `at-timeout`, `link-lost`, `modem-reset`, `at-stuck-prompt`, `at-queue-full`,
   * `at-bad-command` (control characters), or the signal's reason.
   */
  command(text: string, options: CommandOptions = {}): Promise<AtResult> {
    const exchange = new CommandExchange(text, options);
    if (CONTROL.test(text)) {
      exchange.fail(
        new GatewayError('at-bad-command', 'An AT command holds no control characters.', {
          retry: 'never',
        }),
        false,
      );
    } else if (options.signal?.aborted === true) {
      exchange.fail(options.signal.reason, false);
    } else {
      this.#enqueue(commandJob(exchange));
    }
    return exchange.result;
  }

  /**
   * Sends one PDU. Never rejects for anything the modem or the link does, only with what `handOver`
   * or `onCtrlZ` threw, or with `at-bad-command` when the PDU is not hex.
   */
  sendPdu(request: PduRequest): Promise<PduResult> {
    if (!/^[0-9A-Fa-f]+$/.test(request.pdu) || CONTROL.test(request.lengthCommand)) {
      return Promise.reject(
        new GatewayError('at-bad-command', 'A PDU consists of hex digits.', { retry: 'never' }),
      );
    }
    const exchange = new PduExchange(request, {
      onCtrlZ: () => this.#lateSend.end(),
      onOpenEnd: (ctrlZAtMs) => this.#lateSend.begin(ctrlZAtMs),
    });
    return new Promise((resolve, reject) => {
      exchange.result.then(resolve, reject);
      this.#enqueue(pduJob(exchange, resolve));
    });
  }

  /**
   * Drains, leaves a stuck prompt (unless a silent send may still run) and probes with `AT`.
   * False when the modem stays silent (about 5 s) or the link is gone.
   */
  resync(options: ResyncOptions = { escape: !this.#lateSend.open }): Promise<boolean> {
    const exchange = new ResyncExchange(options);
    return new Promise((resolve) => {
      exchange.result.then(resolve, () => resolve(false));
      this.#enqueue(resyncJob(exchange, resolve));
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

  #enqueue(job: ChannelJob): void {
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
        const probe = new ResyncExchange({ escape: !this.#lateSend.open });
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
    this.#reader.take(bytes);
  }

  #onPrompt(): void {
    if ((this.#active?.prompt() ?? 'stray') !== 'stray') {
      return;
    }
    this.faults.strayPrompts += 1;
    if (!this.#strayEscapeSent) {
      // Once per exchange: some other device on the port might answer each ESC with a prompt.
      this.#strayEscapeSent = true;
      void this.#write('\x1b');
    }
    // A command that runs was typed into the prompt; the answer to the ESC is not its own.
    this.#outOfSync = true;
    if (this.#active instanceof CommandExchange) {
      this.#active.stuck();
    }
  }

  #dispatch(entry: Entry): void {
    if (this.#lateSend.swallows(entry.line) || this.#active?.take(entry) === true) {
      return;
    }
    if (entry.pdu === null) {
      if (this.#lateSend.take(entry.line)) {
        return;
      }
      if (parseFinal(entry.line, false) !== null) {
        this.faults.strayFinals += 1;
      }
    }
    for (const urc of toUrcs(entry)) {
      if (urc.kind === 'boot' && urc.stage === 'started') {
        this.#lateSend.end();
        this.#active?.reset();
      }
      this.#guard(() => this.#deps.onUrc(urc));
    }
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
    this.#reader.close();
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

function linkLost(error: unknown): GatewayError {
  return error instanceof GatewayError
    ? error
    : new GatewayError('link-lost', 'Writing to the modem failed.', {
        retry: 'later',
        cause: error,
      });
}
