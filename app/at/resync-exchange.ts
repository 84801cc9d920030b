import type { Exchange, ExchangeHost } from './exchange.ts';
import { ExchangeTimer } from './exchange-timer.ts';
import { parseFinal } from './line-kinds.ts';
import type { Entry } from './line-pairing.ts';

const ESCAPE = '\x1b';
const TRIES = 4;
const TRY_MS = 1_000;
/** Old output has stopped when nothing came for this long, and is not waited for beyond the limit. */
const DRAIN_QUIET_MS = 200;
const DRAIN_LIMIT_MS = 500;
/** A second final line after the answer to `AT` belongs to something older. */
const AFTER_MS = 100;

export interface ResyncOptions {
  /** ESC and CR first, to leave a stuck prompt. Not after a silent send: that may still run. */
  readonly escape: boolean;
}

/**
 * Finds out whether the modem listens: lets old output drain, leaves a stuck prompt with ESC and
 * CR, then sends `AT` until any final line comes (some answer ERROR to a bare `AT`). The last tries
 * turn on answers in words, in case they were numeric or off.
 */
export class ResyncExchange implements Exchange {
  readonly result: Promise<boolean>;
  readonly #options: ResyncOptions;
  readonly #timer: ExchangeTimer = new ExchangeTimer();
  #resolve: (alive: boolean) => void = () => {};
  #host: ExchangeHost | null = null;
  #step: 'new' | 'drain' | 'escape' | 'try' | 'after' | 'over' = 'new';
  #drainEndsAtMs = 0;
  #tries = 0;
  #written = '';

  constructor(options: ResyncOptions) {
    this.#options = options;
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  start(host: ExchangeHost): void {
    this.#host = host;
    host.faults.resyncs += 1;
    this.#drainEndsAtMs = host.clock.monotonicMs() + DRAIN_LIMIT_MS;
    this.#drain();
  }

  take(entry: Entry): boolean {
    const numeric = /^[04]$/.test(entry.line);
    const final = entry.pdu === null ? parseFinal(entry.line, false) : null;
    if (this.#step === 'drain') {
      this.#drain();
    }
    if (final === null && !numeric) {
      return false;
    }
    if (
      final !== null &&
      !final.ok &&
      final.error.kind === 'cms' &&
      this.#host?.lateSendOpen() === true
    ) {
      return false;
    }
    if (this.#step === 'try' || this.#step === 'after') {
      if (numeric) {
        this.#write('ATV1\r');
      }
      this.#step = 'after';
      this.#wait(AFTER_MS, () => this.#end(true));
    }
    return true;
  }

  isEcho(line: string): boolean {
    return line === this.#written.trim() || line === ESCAPE;
  }

  prompt(): 'stray' {
    return 'stray';
  }

  reset(): void {
    // Goes on trying: the banner may be older than the probe.
  }

  lost(): void {
    this.#end(false);
  }

  #drain(): void {
    this.#step = 'drain';
    const host = this.#host;
    const left = this.#drainEndsAtMs - (host?.clock.monotonicMs() ?? 0);
    this.#wait(Math.max(0, Math.min(DRAIN_QUIET_MS, left)), () => {
      if (this.#options.escape) {
        this.#escape();
      } else {
        this.#try();
      }
    });
  }

  #escape(): void {
    this.#step = 'escape';
    this.#write(`${ESCAPE}\r`);
    this.#wait(DRAIN_QUIET_MS, () => this.#try());
  }

  #try(): void {
    this.#tries += 1;
    if (this.#tries > TRIES) {
      this.#end(false);
      return;
    }
    if (this.#tries === 3 && !this.#options.escape) {
      this.#write(`${ESCAPE}\r`);
    }
    this.#step = 'try';
    this.#write(this.#tries < TRIES ? 'AT\r' : 'ATQ0V1\r');
    this.#wait(TRY_MS, () => this.#try());
  }

  #write(text: string): void {
    this.#written = text;
    void this.#host?.write(text);
  }

  #wait(delayMs: number, action: () => void): void {
    if (this.#host !== null) {
      this.#timer.set(this.#host.clock, delayMs, action);
    }
  }

  #end(alive: boolean): void {
    if (this.#step !== 'over') {
      this.#step = 'over';
      this.#timer.cancel();
      this.#resolve(alive);
      this.#host?.over(!alive);
    }
  }
}
