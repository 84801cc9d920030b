import type { EnqueueRequest, EnqueueResult } from './contract.ts';
import type { WireError } from './storage-error.ts';
import type { ReadVerbs, WriteVerbs } from './verbs/verb-table.ts';

/** What the writer thread is started with. */
export interface WriterOptions {
  readonly file: string;
  readonly role: 'api' | 'worker';
  readonly bootId: string;
  readonly pid: number;
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

/** Everything that gathered while the group before was being committed. One message each way. */
export interface Group {
  readonly nowMs: number;
  readonly monotonicMs: number;
  readonly clockTrusted: boolean;
  readonly enqueues: readonly EnqueueRequest[];
  readonly verbs: readonly VerbCall[];
  readonly reads: readonly ReadCall[];
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WireError };

export interface GroupReply {
  /** null: every request was accepted, none replayed. */
  readonly enqueues: readonly Outcome<EnqueueResult>[] | null;
  readonly verbs: readonly Outcome<unknown>[];
  readonly reads: readonly Outcome<unknown>[];
  /** COMMIT with its fsync, or null where nothing was committed. */
  readonly commitMs: number | null;
  readonly depth: number;
  readonly freeBytes: number | null;
  /** Less is free than must stay so. */
  readonly reserveReached: boolean;
  /** The trouble that befell the whole group, if any. */
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
  | { readonly type: 'reply'; readonly reply: GroupReply }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'closed' };
export type ToWriter =
  | { readonly type: 'group'; readonly group: Group }
  | { readonly type: 'close' };
