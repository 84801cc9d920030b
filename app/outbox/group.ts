import type { EnqueueResult } from './contract.ts';
import type { PackedRequests } from './message-wire.ts';
import type { WireError } from './storage-error.ts';
import type { ReadVerbs, WriteVerbs } from './verbs/verb-table.ts';

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly file: string;
  readonly role: 'api' | 'worker';
  readonly bootId: string;
  readonly pid: number;
  /** A command's short look, which neither leaves nor reads marks of a stop. */
  readonly visit: boolean;
  readonly nowMs: number;
  readonly maxDepth: number;
  readonly diskReserveBytes: number;
}

export interface VerbCall {
  readonly name: keyof WriteVerbs;
  readonly args: unknown;
}
export interface ReadCall {
  readonly name: keyof ReadVerbs;
  readonly args: unknown;
}

/** Calls that gathered on the event loop's side: one message to the writer thread. */
export interface Group {
  readonly nowMs: number;
  readonly monotonicMs: number;
  readonly clockTrusted: boolean;
  /** Messages and changes; bounds how many groups share a transaction. */
  readonly weight: number;
  readonly enqueues: PackedRequests;
  readonly verbs: readonly VerbCall[];
  readonly reads: readonly ReadCall[];
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WireError };

/** What became of one group's calls, at the same places. */
export interface GroupOutcomes {
  /** null: every request was accepted, none replayed. */
  readonly enqueues: readonly Outcome<EnqueueResult>[] | null;
  readonly verbs: readonly Outcome<unknown>[];
  readonly reads: readonly Outcome<unknown>[];
}

/** One transaction's answer: of one group, or of several in the order in which they came. */
export interface TransactionReply {
  readonly groups: readonly GroupOutcomes[];
  /** COMMIT with its fsync, or null where nothing was committed. */
  readonly commitMs: number | null;
  readonly depth: number;
  readonly freeBytes: number | null;
  /** Less is free than must stay so. */
  readonly reserveReached: boolean;
  /** The trouble that befell the whole transaction, if any. */
  readonly failure: WireError | null;
}

export type FromWriter =
  | {
      readonly type: 'ready';
      readonly depth: number;
      readonly uncleanStop: boolean;
      /** The database can be read, but the first write failed. */
      readonly trouble: WireError | null;
    }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'reply'; readonly reply: TransactionReply }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'closed' };
export type ToWriter =
  | { readonly type: 'group'; readonly group: Group }
  | { readonly type: 'close' };
