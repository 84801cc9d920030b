import { GatewayError } from '../domain/gateway-error.ts';
import type { Connection, Statement } from './connection.ts';
import type { Moment } from './contract.ts';

/** The row of `counters`, by column. */
export interface Counters {
  next_seq: number;
  next_event: number;
  newest_at_ms: number;
  keys_version: number;
  ready: number;
  backing_off: number;
  scheduled: number;
  sending: number;
  uncertain: number;
  parts: number;
  total_accepted: number;
  total_sent: number;
  total_parts_sent: number;
  total_delivered: number;
  total_failed: number;
  total_inbound: number;
}
export type CounterName = keyof Counters;

const NAMES: readonly CounterName[] = [
  'next_seq',
  'next_event',
  'newest_at_ms',
  'keys_version',
  'ready',
  'backing_off',
  'scheduled',
  'sending',
  'uncertain',
  'parts',
  'total_accepted',
  'total_sent',
  'total_parts_sent',
  'total_delivered',
  'total_failed',
  'total_inbound',
];
const READ = `SELECT ${NAMES.join(', ')} FROM counters`;
const WRITE = `UPDATE counters SET ${NAMES.map((name) => `${name} = @${name}`).join(', ')}`;

/** Moments of a trusted clock that lie this little before the newest one are set to it. */
const SMALL_STEP_BACK_MS = 3_600_000;

/**
 * What the verbs share: prepared statements, the counters row as of this transaction, and the rules
 * for event times. One per writing connection; `begin` and `finish` frame each transaction.
 */
export class Tx {
  readonly db: Connection;
  counters: Counters;
  /** Wall milliseconds of the group, and whether the clock that said so is trusted. */
  nowMs = 0;
  clockTrusted = true;
  readonly #statements = new Map<string, Statement>();
  readonly #boots = new Map<string, number>();
  #before: Counters;

  constructor(db: Connection) {
    this.db = db;
    this.counters = this.sql(READ).get() as Counters;
    this.#before = { ...this.counters };
  }

  /** The statement for `text`, compiled once. */
  sql(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** After BEGIN: the counters as the last commit of any process left them. */
  begin(nowMs: number, clockTrusted: boolean): void {
    this.counters = this.sql(READ).get() as Counters;
    this.#before = { ...this.counters };
    this.continueAt(nowMs, clockTrusted);
  }

  /** The next group of the same transaction, which was asked for at another time. */
  continueAt(nowMs: number, clockTrusted: boolean): void {
    this.nowMs = nowMs;
    this.clockTrusted = clockTrusted;
  }

  /** Before COMMIT: writes the counters where they changed. */
  finish(): void {
    if (NAMES.some((name) => this.counters[name] !== this.#before[name])) {
      this.sql(WRITE).run(this.counters);
    }
  }

  /** Runs `action`; when it throws, nothing that it did remains, and the rest of the group goes on. */
  attempt<T>(action: () => T): T {
    const before = { ...this.counters };
    this.sql('SAVEPOINT verb').run();
    try {
      const result = action();
      this.sql('RELEASE verb').run();
      return result;
    } catch (error) {
      if (this.db.inTransaction) {
        this.sql('ROLLBACK TO verb').run();
        this.sql('RELEASE verb').run();
        this.counters = before;
        this.#boots.clear();
      }
      throw error;
    }
  }

  add(name: CounterName, delta: number): void {
    this.counters[name] += delta;
  }

  /**
   * The time of an event: never before the newest committed one while the clock is not trusted, nor
   * for a small step back; a trusted clock far behind means that the newest one was wrong.
   */
  eventTime(atMs: number): number {
    const newestMs = this.counters.newest_at_ms;
    const behindMs = newestMs - atMs;
    if (behindMs > 0 && (!this.clockTrusted || behindMs <= SMALL_STEP_BACK_MS)) {
      return newestMs;
    }
    this.counters.newest_at_ms = atMs;
    return atMs;
  }

  /** The small number that stands for a boot id in the rows. */
  boot(bootId: string): number {
    let boot = this.#boots.get(bootId);
    if (boot === undefined) {
      this.sql('INSERT INTO boots (boot_id, seen_at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING').run(
        bootId,
        this.nowMs,
      );
      const row = this.sql('SELECT boot FROM boots WHERE boot_id = ?').get(bootId) as {
        boot: number;
      };
      boot = row.boot;
      this.#boots.set(bootId, boot);
    }
    return boot;
  }

  /** After a rollback: the counters as they were, and no boot whose row went with it. */
  abandon(): void {
    this.counters = { ...this.#before };
    this.#boots.clear();
  }

  /** Appends one entry to the timeline of a message (0: of the gateway). Returns its seq. */
  appendEvent(
    messageSeq: number,
    type: string,
    detail: string | null,
    at: Moment,
    subject: string | null = null,
  ): number {
    const seq = this.counters.next_event++;
    this.sql('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
      messageSeq,
      seq,
      type,
      subject,
      detail,
      this.eventTime(at.atMs),
      this.boot(at.bootId),
      Math.round(at.monotonicMs),
    );
    return seq;
  }

  /** Appends what a webhook will tell; in the same transaction as the change. */
  publish(type: string, subject: string, data: object, at: Moment): void {
    this.sql('INSERT INTO event_outbox VALUES (?, ?, ?, ?, ?)').run(
      this.counters.next_event++,
      type,
      subject,
      JSON.stringify(data),
      this.eventTime(at.atMs),
    );
  }
}

export function notFound(seq: number): GatewayError {
  return new GatewayError('message-gone', `no message has sequence ${seq}`, {
    retry: 'never',
    context: { seq },
  });
}
