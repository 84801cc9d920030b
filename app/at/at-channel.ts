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
import { commandJob, pduJob, resyncJob } from './channel-job.ts';
import { CommandExchange } from './command-exchange.ts';
import { EntryReader } from './entry-reader.ts';
import { ExchangeQueue } from './exchange-queue.ts';
import { type FaultCounters, newFaultCounters } from './fault-counters.ts';
import { LateSend } from './late-send.ts';
import { parseFinal } from './line-kinds.ts';
import type { Entry } from './line-pairing.ts';
import { PduExchange } from './pdu-exchange.ts';
import { ResyncExchange, type ResyncOptions } from './resync-exchange.ts';
import { toUrcs } from './urc.ts';

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
 * AT commands over one link: one at a time, in the order of the calls (`exchange-queue.ts`), answers
 * told apart from announcements, the prompt found in raw octets. After a time-out the channel probes
 * the modem by itself before the next command.
 */
export class AtChannel {
  readonly faults: FaultCounters = newFaultCounters();
  readonly #link: Link;
  readonly #deps: AtChannelDeps;
  readonly #reader: EntryReader;
  readonly #lateSend: LateSend;
  readonly #queue: ExchangeQueue;
  /** The number of the exchange in which the last stray prompt was answered with ESC. */
  #escapedIn = -1;

  constructor(link: Link, deps: AtChannelDeps) {
    this.#link = link;
    this.#deps = deps;
    this.#reader = new EntryReader(
      {
        onEntry: (entry) => this.#dispatch(entry),
        onPrompt: () => this.#onPrompt(),
        isEcho: (line) => this.#queue.active?.isEcho(line) ?? false,
      },
      this.faults,
    );
    this.#lateSend = new LateSend(deps.clock, (result) => {
      this.faults.lateResults += 1;
      this.#guard(() => deps.onLateResult?.(result));
    });
    this.#queue = new ExchangeQueue({
      clock: deps.clock,
      faults: this.faults,
      write: (text) => this.#write(text),
      lateSendOpen: () => this.#lateSend.open,
    });
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
      this.#queue.add(commandJob(exchange));
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
      this.#queue.add(pduJob(exchange, resolve));
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
      this.#queue.add(resyncJob(exchange, resolve));
    });
  }

  /** Whether the link is usable. */
  get open(): boolean {
    return !this.#queue.ended;
  }

  /** Settles all that runs or waits with `link-lost`, then closes the link (bounded in time). */
  async close(): Promise<CloseReport> {
    const report = this.#link.close();
    this.#end(null);
    return await report;
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
    if ((this.#queue.active?.prompt() ?? 'stray') !== 'stray') {
      return;
    }
    this.faults.strayPrompts += 1;
    if (this.#escapedIn !== this.#queue.started) {
      // Once per exchange: some other device on the port might answer each ESC with a prompt.
      this.#escapedIn = this.#queue.started;
      void this.#write('\x1b');
    }
    // A command that runs was typed into the prompt; the answer to the ESC is not its own.
    this.#queue.probeFirst();
    const { active } = this.#queue;
    if (active instanceof CommandExchange) {
      active.stuck();
    }
  }

  #dispatch(entry: Entry): void {
    if (this.#lateSend.swallows(entry.line) || this.#queue.active?.take(entry) === true) {
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
        this.#queue.active?.reset();
      }
      this.#guard(() => this.#deps.onUrc(urc));
    }
  }

  #end(error: GatewayError | null): void {
    if (this.#queue.ended) {
      return;
    }
    this.#queue.end(
      error ?? new GatewayError('link-lost', 'The link was closed.', { retry: 'later' }),
    );
    this.#reader.close();
    if (error !== null) {
      void this.#link.close();
    }
    this.#guard(() => this.#deps.onClose(error));
  }

  #trace(direction: 'in' | 'out', bytes: Uint8Array): void {
    if (this.#deps.trace !== undefined) {
      const { active } = this.#queue;
      const secret = active instanceof CommandExchange && active.secret;
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
