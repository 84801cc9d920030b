import { GatewayError } from '../domain/gateway-error.ts';
import type { ChannelJob } from './channel-job.ts';
import type { Exchange, ExchangeHost } from './exchange.ts';
import { ResyncExchange } from './resync-exchange.ts';

/** Commands that may wait; the driver has one or two. */
const QUEUE_LIMIT = 64;

/**
 * The exchanges of one channel: one runs, the others wait in the order of the calls. After one that
 * left answers outstanding the modem is probed before the next, so that a late answer is never taken
 * for a newer one's.
 */
export class ExchangeQueue {
  readonly #host: ExchangeHost;
  readonly #waiting: ChannelJob[] = [];
  #active: Exchange | null = null;
  #started = 0;
  #outOfSync = false;
  #ended: GatewayError | null = null;

  /** `host`: what each exchange is lent; when one is over is heard here. */
  constructor(host: Omit<ExchangeHost, 'over'>) {
    this.#host = { ...host, over: (outOfSync) => this.#over(outOfSync) };
  }

  /** The exchange that runs. */
  get active(): Exchange | null {
    return this.#active;
  }

  /** How many exchanges were started so far, probes included. */
  get started(): number {
    return this.#started;
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  /** Takes a job; one that finds the queue full or at its end is told so at once. */
  add(job: ChannelJob): void {
    if (this.#ended !== null) {
      job.lost(this.#ended);
      return;
    }
    if (this.#waiting.length >= QUEUE_LIMIT) {
      job.lost(
        new GatewayError('at-queue-full', 'Too many commands wait for the modem.', {
          retry: 'later',
        }),
      );
      return;
    }
    this.#waiting.push(job);
    this.#pump();
  }

  /** An answer may come that belongs to nothing that runs: the next exchange waits for a probe. */
  probeFirst(): void {
    this.#outOfSync = true;
  }

  /** Settles what runs and what waits with `reason`; nothing starts any more. */
  end(reason: GatewayError): void {
    this.#ended = reason;
    const active = this.#active;
    this.#active = null;
    active?.lost(reason);
    for (const job of this.#waiting.splice(0)) {
      job.lost(reason);
    }
  }

  #pump(): void {
    while (this.#active === null && this.#ended === null) {
      const job = this.#waiting[0];
      if (job === undefined) {
        return;
      }
      if (job.skip()) {
        this.#waiting.shift();
      } else if (this.#outOfSync && !(job.exchange instanceof ResyncExchange)) {
        this.#probeFor(job);
        return;
      } else {
        this.#waiting.shift();
        this.#run(job.exchange);
      }
    }
  }

  #probeFor(job: ChannelJob): void {
    const probe = new ResyncExchange({ escape: !this.#host.lateSendOpen() });
    void probe.result.then((alive) => {
      if (!alive && this.#waiting[0] === job) {
        this.#waiting.shift();
        job.unanswered();
      }
      this.#pump();
    });
    this.#run(probe);
  }

  #run(exchange: Exchange): void {
    this.#active = exchange;
    this.#started += 1;
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
}
