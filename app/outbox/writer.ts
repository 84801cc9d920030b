import { dirname } from 'node:path';
import { GatewayError } from '../domain/gateway-error.ts';
import { Checkpointer } from './checkpointer.ts';
import { type Connection, openWriter } from './connection.ts';
import type { EnqueueRequest, EnqueueResult } from './contract.ts';
import { crashPoint, crashPointsArmed } from './crash-points.ts';
import { DiskReserve } from './disk-reserve.ts';
import type {
  Group,
  GroupOutcomes,
  Outcome,
  ReadCall,
  TransactionReply,
  VerbCall,
  WriterOptions,
} from './group.ts';
import { unpackRequests } from './message-wire.ts';
import { userVersion } from './migrate.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import { fromWire, sqliteCode, storageError, toWire, type WireError } from './storage-error.ts';
import { Turnstile } from './turnstile.ts';
import { Tx } from './tx.ts';
import { enqueue, queueDepth } from './verbs/enqueue.ts';
import { type AnyVerb, READ_VERBS, VERB_CRASH_POINTS, WRITE_VERBS } from './verbs/verb-table.ts';

/** Runs groups, one or several in a transaction, on a connection of its own. Belongs on a thread of its own. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #db: Connection;
  readonly #tx: Tx;
  readonly #turnstile: Turnstile;
  readonly #checkpointer: Checkpointer;
  readonly #schema: number;
  readonly #schemaNow: { get(): unknown };
  readonly #reserve: DiskReserve;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#db = openWriter(options.file);
    this.#turnstile = new Turnstile(options.file);
    this.#tx = retryWhileBusy(() => new Tx(this.#db));
    this.#schema = userVersion(this.#db);
    this.#schemaNow = this.#db.prepare('PRAGMA user_version').pluck();
    this.#checkpointer = new Checkpointer(this.#db, this.#turnstile);
    this.#reserve = new DiskReserve(dirname(options.file), options.diskReserveBytes);
  }

  get depth(): number {
    return queueDepth(this.#tx);
  }

  /** One transaction outside any group: the start's and the stop's own rows. */
  inTransaction<T>(nowMs: number, action: (tx: Tx) => T): T {
    this.#begin();
    try {
      this.#tx.begin(nowMs, false);
      const result = action(this.#tx);
      this.#tx.finish();
      this.#tx.sql('COMMIT').run();
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /** Commits all that the groups ask for in one transaction, in their order. */
  run(groups: readonly Group[]): TransactionReply {
    const calls = groups.map((group) => ({
      group,
      requests: unpackRequests(group.enqueues),
      reads: group.reads.map((call) => this.#read(call)),
    }));
    const noSpace = this.#reserve.refusal();
    const verbs = groups.flatMap((group) => group.verbs);
    if (verbs.length === 0 && calls.every(({ requests }) => requests.length === 0)) {
      return this.#reply(calls.map(({ reads }) => ({ enqueues: [], verbs: [], reads })));
    }
    if (noSpace !== null && verbs.length === 0) {
      return this.#refused(calls, noSpace);
    }
    let atCommit = false;
    try {
      this.#begin();
      this.#requireSchema();
      const outcomes = calls.map(({ group, requests, reads }, index) => {
        if (index === 0) {
          this.#tx.begin(group.nowMs, group.clockTrusted);
        } else {
          this.#tx.continueAt(group.nowMs, group.clockTrusted);
        }
        return {
          enqueues:
            noSpace === null ? this.#enqueueAll(group, requests) : failAll(requests, noSpace),
          verbs: group.verbs.map((call) => this.#verb(call)),
          reads,
        };
      });
      this.#tx.finish();
      this.#crashPoints(verbs, 0);
      atCommit = true;
      const startMs = performance.now();
      this.#tx.sql('COMMIT').run();
      const commitMs = performance.now() - startMs;
      this.#crashPoints(verbs, 1);
      return this.#reply(outcomes, { commitMs });
    } catch (error) {
      this.#rollback();
      const failure =
        error instanceof GatewayError
          ? toWire(error)
          : storageError(error, this.#options.file, atCommit);
      // Whatever it was, the next look at the free space is a fresh one.
      this.#reserve.lookAgain();
      return this.#refused(calls, failure);
    }
  }

  /** Between groups, with nothing locked. */
  checkpointWhenDue(): void {
    this.#checkpointer.runWhenDue();
  }

  close(): void {
    this.#turnstile.close();
    this.#db.close();
  }

  #begin(): void {
    this.#turnstile.pass(() => this.#tx.sql('BEGIN IMMEDIATE').run());
  }

  #rollback(): void {
    this.#tx.abandon();
    if (this.#db.inTransaction) {
      try {
        this.#tx.sql('ROLLBACK').run();
      } catch {
        // The transaction was ended by the error that brought us here.
      }
    }
  }

  #requireSchema(): void {
    if (this.#schemaNow.get() !== this.#schema) {
      throw new GatewayError('schema-changed', 'another version has migrated the database', {
        retry: 'safe',
      });
    }
  }

  #enqueueAll(group: Group, requests: readonly EnqueueRequest[]): Outcome<EnqueueResult>[] | null {
    if (requests.length === 0) {
      return null;
    }
    const acceptance = {
      boot: this.#tx.boot(this.#options.bootId),
      monotonicMs: Math.round(group.monotonicMs),
      maxDepth: this.#options.maxDepth,
    };
    let allAccepted = true;
    const results = requests.map((request): Outcome<EnqueueResult> => {
      try {
        const value = enqueue(this.#tx, request, acceptance);
        allAccepted &&= value.kind === 'accepted';
        return { ok: true, value };
      } catch (error) {
        allAccepted = false;
        return { ok: false, error: this.#onlyThisCall(error) };
      }
    });
    return allAccepted ? null : results;
  }

  #verb(call: VerbCall): Outcome<unknown> {
    try {
      const verb = WRITE_VERBS[call.name] as AnyVerb;
      return { ok: true, value: this.#tx.attempt(() => verb(this.#tx, call.args as never)) };
    } catch (error) {
      return { ok: false, error: this.#onlyThisCall(error) };
    }
  }

  #read(call: ReadCall): Outcome<unknown> {
    try {
      const verb = READ_VERBS[call.name] as AnyVerb;
      const value = retryWhileBusy(() => verb(this.#tx, call.args as never));
      return { ok: true, value };
    } catch (error) {
      const wire =
        sqliteCode(error) === '' ? toWire(error) : storageError(error, this.#options.file, false);
      return { ok: false, error: wire };
    }
  }

  /** The error as one call's own, or thrown on where it is the storage's and ends the group. */
  #onlyThisCall(error: unknown): WireError {
    const code = sqliteCode(error);
    const isOwn = code === '' || code.startsWith('SQLITE_CONSTRAINT');
    if (!isOwn || !this.#db.inTransaction) {
      throw error;
    }
    return toWire(error);
  }

  #refused(calls: readonly OpenGroup[], failure: WireError): TransactionReply {
    const groups = calls.map(({ group, requests, reads }) => ({
      enqueues: failAll(requests, failure),
      verbs: failAll(group.verbs, failure),
      reads,
    }));
    return this.#reply(groups, { failure });
  }

  #reply(
    groups: readonly GroupOutcomes[],
    commit: Partial<Pick<TransactionReply, 'commitMs' | 'failure'>> = {},
  ): TransactionReply {
    return {
      groups,
      commitMs: null,
      failure: null,
      ...commit,
      depth: queueDepth(this.#tx),
      freeBytes: this.#reserve.freeBytes,
      reserveReached: this.#reserve.refusal() !== null,
    };
  }

  #crashPoints(verbs: readonly VerbCall[], side: 0 | 1): void {
    if (!crashPointsArmed) {
      return;
    }
    if (this.#options.role === 'api') {
      crashPoint(side === 0 ? 'api.before-commit' : 'api.after-commit');
    }
    for (const { name } of verbs) {
      const points = VERB_CRASH_POINTS[name];
      if (points !== undefined) {
        crashPoint(points[side]);
      }
    }
  }
}

/** A group whose requests are unpacked and whose reads are answered. */
interface OpenGroup {
  readonly group: Group;
  readonly requests: readonly EnqueueRequest[];
  readonly reads: readonly Outcome<unknown>[];
}

function failAll(calls: readonly unknown[], error: WireError): Outcome<never>[] {
  return calls.map(() => ({ ok: false, error }));
}

/** Opens a writer; what goes wrong is a `GatewayError` of the storage. */
export function createWriter(options: WriterOptions): Writer {
  try {
    return new Writer(options);
  } catch (error) {
    throw error instanceof GatewayError
      ? error
      : fromWire(storageError(error, options.file, false));
  }
}
