import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { ApiOutbox, KeyRecord, MessageRecord, QueueStats } from '../outbox/contract.ts';

export type StatusOutbox = Pick<
  ApiOutbox,
  'queueStats' | 'listMessages' | 'keysVersion' | 'keys' | 'health'
>;

const FRESH_MS = 2_000;
const LAST_MESSAGES = 10;

/** Runs a job unless it runs, or began within the last 2 s. */
class Seldom {
  readonly #job: () => Promise<void>;
  #running: Promise<void> | null = null;
  #startedMs = Number.NEGATIVE_INFINITY;

  constructor(job: () => Promise<void>) {
    this.#job = job;
  }

  refresh(nowMs: number): Promise<void> {
    if (this.#running === null && nowMs - this.#startedMs >= FRESH_MS) {
      this.#startedMs = nowMs;
      this.#running = this.#job().finally(() => {
        this.#running = null;
      });
    }
    return this.#running ?? Promise.resolve();
  }
}

/** The last known answers of the outbox. Asking for fresher ones never blocks on it and never throws. */
export class LiveCounters {
  readonly #outbox: StatusOutbox;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #counters = new Seldom(() => this.#read(this.#readStats(), this.#readKeys()));
  readonly #newest = new Seldom(() => this.#read(this.#readMessages()));
  #stats: { readonly atMs: number; readonly value: QueueStats } | null = null;
  #messages: readonly MessageRecord[] = [];
  #keys: { readonly version: number; readonly live: number; readonly sending: number } | null =
    null;

  constructor(outbox: StatusOutbox, clock: Clock, logger: Logger) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#logger = logger;
  }

  get stats(): QueueStats | null {
    return this.#stats?.value ?? null;
  }

  /** How old the counters are, or null before the first. */
  ageMs(): number | null {
    return this.#stats === null ? null : this.#clock.monotonicMs() - this.#stats.atMs;
  }

  get messages(): readonly MessageRecord[] {
    return this.#messages;
  }

  get keys(): { readonly live: number; readonly sending: number } | null {
    return this.#keys;
  }

  /**
   * Reads again unless that happened within 2 s; settles when the reading is over, or failed. Lists
   * of messages cost the API a thread, so they are read only for somebody who looks.
   */
  async refresh(withMessages: boolean): Promise<void> {
    await this.#counters.refresh(this.#clock.monotonicMs());
    if (withMessages) {
      await this.#newest.refresh(this.#clock.monotonicMs());
    }
  }

  async #read(...jobs: readonly Promise<void>[]): Promise<void> {
    for (const part of await Promise.allSettled(jobs)) {
      if (part.status === 'rejected') {
        this.#logger.debug({ err: part.reason }, 'status: a counter could not be read');
      }
    }
  }

  async #readStats(): Promise<void> {
    const value = await this.#outbox.queueStats();
    this.#stats = { atMs: this.#clock.monotonicMs(), value };
  }

  /** The newest, and before them those that wait for a person's decision. */
  async #readMessages(): Promise<void> {
    const newest = await this.#outbox.listMessages({ limit: LAST_MESSAGES });
    const uncertain =
      (this.#stats?.value.uncertain ?? 0) > 0
        ? await this.#outbox.listMessages({ status: 'uncertain', limit: LAST_MESSAGES })
        : { items: [] };
    const first = new Set(uncertain.items.map((message) => message.id));
    this.#messages = [
      ...uncertain.items,
      ...newest.items.filter((message) => !first.has(message.id)),
    ].slice(0, LAST_MESSAGES);
  }

  async #readKeys(): Promise<void> {
    const version = await this.#outbox.keysVersion();
    if (this.#keys?.version === version) {
      return;
    }
    const { version: newer, keys } = await this.#outbox.keys();
    const live = keys.filter((key) => key.revokedAtMs === null);
    this.#keys = { version: newer, live: live.length, sending: live.filter(maySend).length };
  }
}

function maySend({ scopes }: KeyRecord): boolean {
  return scopes.some(
    (scope) => scope === 'messages:send' || scope === 'verify' || scope === 'admin',
  );
}
