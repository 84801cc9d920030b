import type { InboundId, KeyId, MessageId, ModemId } from '../domain/ids.ts';
import type {
  Encoding,
  MessagePart,
  MessageStatus,
  NewMessage,
  OnUncertain,
  PartStatus,
  Priority,
  TimelineEntry,
} from '../domain/message.ts';
import type { Scope } from '../domain/scopes.ts';

/**
 * What the other rooms may ask of the outbox. Every promise of a changing verb settles only after
 * its COMMIT (and the WAL's fsync) returned. A rejection is a `GatewayError`:
 * `storage-full`, `storage-read-only`, `storage-failing`, `storage-damaged`, `queue-busy`,
 * `schema-changed`, `outbox-closed` (never reached COMMIT, safe to repeat), or `commit-unknown` with
 * `retry: 'unknown-outcome'`.
 * All times are wall milliseconds; `moment` pairs them with monotonic time of one boot.
 */
export interface Moment {
  readonly atMs: number;
  readonly bootId: string;
  readonly monotonicMs: number;
}

// ---- the API's side ---------------------------------------------------------------------------

export interface EnqueueRequest {
  /** 1–1,000 messages, all or nothing. */
  readonly messages: readonly NewMessage[];
  readonly idempotency: {
    readonly key: string;
    /** SHA-256 (hex) of the canonical validated body. */
    readonly bodyHash: string;
  } | null;
}
export type EnqueueResult =
  | { readonly kind: 'accepted'; readonly ids: readonly MessageId[] }
  | { readonly kind: 'replayed'; readonly ids: readonly MessageId[] }
  | { readonly kind: 'idempotency-key-reused' }
  | { readonly kind: 'queue-full'; readonly depth: number };

export interface MessageRecord {
  readonly id: MessageId;
  readonly status: MessageStatus;
  readonly to: string;
  readonly text: string;
  readonly encoding: Encoding;
  readonly segments: number;
  readonly attempts: number;
  readonly priority: Priority;
  readonly flash: boolean;
  readonly deliveryReport: boolean;
  readonly onUncertain: OnUncertain;
  readonly reference: string | null;
  readonly metadata: string | null;
  readonly modem: ModemId | null;
  readonly sendAtMs: number | null;
  readonly validitySeconds: number | null;
  readonly createdAtMs: number;
  readonly sentAtMs: number | null;
  readonly deliveredAtMs: number | null;
  /** Key of `domain/error-table`, or null. */
  readonly errorCode: string | null;
  /** Messages ahead of it in the ready queue plus 1; null beyond 1,000 or when it is not queued. */
  readonly queuePosition: number | null;
  /** When a message in back-off or `scheduled` becomes ready. */
  readonly waitUntilMs: number | null;
  readonly keyName: string;
}
export interface MessageDetail extends MessageRecord {
  readonly parts: readonly MessagePart[];
  readonly timeline: readonly TimelineEntry[];
}
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
export interface MessageFilter {
  readonly status?: MessageStatus;
  readonly to?: string;
  readonly reference?: string;
  readonly sinceMs?: number;
  readonly cursor?: string;
  /** 1–100. */
  readonly limit: number;
}

export type CancelResult =
  | { readonly kind: 'canceled' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'not-cancelable'; readonly status: MessageStatus };
export type CancelSelection =
  | { readonly by: 'ids'; readonly ids: readonly MessageId[] }
  | { readonly by: 'reference'; readonly reference: string }
  | { readonly by: 'to'; readonly to: string };
export type ResolveAction = 'resend' | 'sent' | 'cancel';
export type ResolveResult =
  | { readonly kind: 'resolved'; readonly status: MessageStatus; readonly partsSent: number }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'not-uncertain'; readonly status: MessageStatus };

export interface InboundRecord {
  readonly id: InboundId;
  readonly from: string;
  readonly text: string;
  readonly receivedAtMs: number;
  /** TP-SCTS of the first part, or null where the service centre sent none that can be read. */
  readonly serviceCentreAtMs: number | null;
  readonly modem: ModemId;
  readonly parts: number;
  readonly partsReceived: number;
  readonly encoding: Encoding | '8bit';
  /** Some characters could not be decoded; the raw PDUs are kept. */
  readonly lossy: boolean;
}

export interface InboundFilter {
  readonly from?: string;
  readonly sinceMs?: number;
  readonly cursor?: string;
  /** 1–100. */
  readonly limit: number;
}

export interface KeyRecord {
  readonly id: KeyId;
  readonly name: string;
  /** SHA-256 of the whole key text, hex. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  /** CIDRs the key may be used from; empty means anywhere. */
  readonly allow: readonly string[];
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

export interface QueueStats {
  readonly queued: number;
  readonly scheduled: number;
  readonly sending: number;
  readonly backingOff: number;
  readonly uncertain: number;
  /** SMS parts still to be sent by the messages above. */
  readonly parts: number;
  readonly oldestReadyAtMs: number | null;
  readonly oldestHighReadyAtMs: number | null;
  /** Counts everything ever, kept in the database: the source of the `_total` metrics. */
  readonly totals: Readonly<
    Record<'accepted' | 'sent' | 'partsSent' | 'delivered' | 'failed' | 'inbound', number>
  >;
}

export interface ApiOutbox {
  enqueue(request: EnqueueRequest): Promise<EnqueueResult>;
  cancel(id: MessageId, actor: string): Promise<CancelResult>;
  /** In steps of at most 1,000 rows a transaction; resolves with how many were canceled. */
  cancelMany(selection: CancelSelection, actor: string): Promise<{ readonly canceled: number }>;
  resolve(id: MessageId, action: ResolveAction, actor: string): Promise<ResolveResult>;
  getMessage(id: MessageId): Promise<MessageDetail | null>;
  listMessages(filter: MessageFilter): Promise<Page<MessageRecord>>;
  listInbound(filter: InboundFilter): Promise<Page<InboundRecord>>;
  getInbound(id: InboundId): Promise<InboundRecord | null>;
  queueStats(): Promise<QueueStats>;
  /** All keys that are not revoked, with a version that grows at each change. */
  keys(): Promise<{ readonly version: number; readonly keys: readonly KeyRecord[] }>;
  keysVersion(): Promise<number>;
  addKey(key: KeyRecord): Promise<void>;
  /** As `addKey`, but a record of a known key replaces what is stored of it; a known record changes nothing. */
  putKey(key: KeyRecord): Promise<void>;
  revokeKey(id: KeyId, atMs: number): Promise<boolean>;
  /**
   * Deletes what ended before `beforeMs`, a bounded number of rows a call; resolves with how many.
   * Call until it resolves with 0. Leaves idempotency keys that may still have to answer.
   */
  purge(beforeMs: number): Promise<number>;
  /** An earlier API process ended without closing the database: `quickCheck` it in a child process. */
  readonly uncleanStop: boolean;
  /** `quickCheck` found damage: from now on nothing is accepted or changed (`storage-damaged`). */
  markDamaged(): void;
  /** The file was deleted or replaced while it was open: the same (`storage-missing`). */
  markMissing(): void;
  health(): OutboxHealth;
  /** Settles when everything asked before is committed. */
  close(): Promise<void>;
}
/**
 * Why the process should end soon and be started again: `schema-changed`, another version migrated
 * the database; `failing`, a commit's outcome is unknown or the writer died; `damaged`.
 */
export type OutboxFailure = 'schema-changed' | 'failing' | 'damaged';
export interface OutboxHealth {
  readonly state: 'ok' | 'full' | 'read-only' | 'failing' | 'newer' | 'damaged' | 'missing';
  /** Free octets of the data partition at the last look, or null before the first. */
  readonly freeBytes: number | null;
  readonly depth: number;
  readonly commitP50Ms: number | null;
  readonly commitP99Ms: number | null;
  readonly groupSizeP50: number | null;
}

// ---- the modem worker's side ------------------------------------------------------------------

export interface ReadyMessage {
  readonly seq: number;
  readonly id: MessageId;
  readonly to: string;
  readonly text: string;
  readonly encoding: Encoding;
  readonly segments: number;
  readonly flash: boolean;
  readonly deliveryReport: boolean;
  readonly onUncertain: OnUncertain;
  readonly priority: Priority;
  readonly modem: ModemId | null;
  readonly validitySeconds: number | null;
  readonly accepted: Moment;
  readonly attempts: number;
  /** 0–255 once the first part of several was handed over, so that a later part joins it. */
  readonly concatReference: number | null;
  readonly parts: readonly { readonly number: number; readonly status: PartStatus }[];
}
export interface PartRef {
  readonly seq: number;
  readonly part: number;
  readonly modem: ModemId;
}
export interface HandOver extends PartRef {
  readonly iccid: string | null;
  readonly concatReference: number | null;
  /** The newest TP-MR this modem answered, for matching a late report. */
  readonly lastReference: number | null;
  readonly at: Moment;
}
export interface OpenBracket extends PartRef {
  readonly id: MessageId;
  readonly onUncertain: OnUncertain;
  readonly attempts: number;
  readonly handedOverAtMs: number;
}
export interface PartFailure extends PartRef {
  /** Key of `domain/error-table`. */
  readonly code: string;
  readonly spendsAttempt: boolean;
  /** `requeue` waits until `waitUntilMs` (null: ready at once); `fail` ends the message. */
  readonly next:
    | { readonly kind: 'requeue'; readonly waitUntilMs: number | null }
    | { readonly kind: 'fail' };
  readonly at: Moment;
}
export interface StatusReport {
  readonly modem: ModemId;
  readonly iccid: string | null;
  readonly reference: number;
  /** As decoded: `+…` or bare digits. */
  readonly recipient: string;
  readonly serviceCentreAtMs: number | null;
  readonly dischargedAtMs: number | null;
  /** TP-ST octet (23.040 §9.2.3.15). */
  readonly tpSt: number;
  readonly outcome: 'delivered' | 'pending' | 'undelivered';
  readonly pdu: string;
  readonly at: Moment;
}
export interface InboundPart {
  readonly modem: ModemId;
  readonly iccid: string | null;
  /** Hex, as the modem gave it, with the service-centre field. */
  readonly pdu: string;
  readonly from: string;
  readonly text: string;
  readonly encoding: Encoding | '8bit';
  readonly lossy: boolean;
  readonly serviceCentreAtMs: number | null;
  readonly concat: {
    readonly reference: number;
    readonly bits: 8 | 16;
    readonly total: number;
    readonly number: number;
  } | null;
  readonly at: Moment;
}

export interface WorkerOutbox {
  /** Parts left between hand-over and answer by an earlier process. Changes nothing. */
  openBrackets(): Promise<readonly OpenBracket[]>;
  /**
   * Messages in `sending` without an open bracket go back to `queued`, at a start all of them, else
   * `only` these sequences; resolves with those that did.
   */
  requeueInterrupted(at: Moment, only?: readonly number[]): Promise<readonly number[]>;
  /**
   * Moves due rows to the ready queue and expires those past their validity (unless the clock is
   * not trusted and they were accepted in another boot); resolves with the next due time, or null.
   */
  wakeDue(nowMs: number, clockTrusted: boolean): Promise<number | null>;
  /**
   * Oldest ready messages by priority, then sequence, that this modem may send: those without a
   * modem whose number begins with one of `routes` (empty: all), and those that name it. A read:
   * claiming is the worker's memory.
   */
  nextReady(want: {
    modem: ModemId;
    routes: readonly string[];
    limit: number;
    excludeSeqs: readonly number[];
  }): Promise<readonly ReadyMessage[]>;
  /** The bracket. `gone`: canceled or expired meanwhile, do not send. */
  handOver(handOver: HandOver): Promise<'committed' | 'gone'>;
  /** The bracket was not used (prompt lost, ESC sent): as if never handed over. */
  takeBack(part: PartRef, at: Moment): Promise<void>;
  /** From `handed-over`, `uncertain`, or `pending` again under `resend` (a late answer). */
  recordSent(
    part: PartRef & { readonly reference: number | null; readonly at: Moment },
  ): Promise<void>;
  recordFailure(failure: PartFailure): Promise<void>;
  /**
   * The outcome of a handed-over part is unknown. `hold`: part and message become `uncertain`.
   * `resend` (the message's `onUncertain` and attempts allow it): the part is pending again, the
   * message `queued`, one attempt spent; the worker decides which.
   */
  recordUncertain(
    part: PartRef & {
      readonly code: string;
      readonly next:
        | { readonly kind: 'hold' }
        | { readonly kind: 'resend'; readonly waitUntilMs: number };
      readonly at: Moment;
    },
  ): Promise<void>;
  expire(seq: number, at: Moment): Promise<void>;
  recordReport(report: StatusReport): Promise<'matched' | 'settled' | 'unmatched'>;
  storeInbound(part: InboundPart): Promise<'stored' | 'duplicate'>;
  /** Hands out inbound messages whose missing parts did not come before `beforeMs`. */
  releasePartialInbound(beforeMs: number, at: Moment): Promise<number>;
  /** Parts handed over by the modem since, for the rolling daily cap: their times, oldest first. */
  handOverTimes(modem: ModemId, sinceMs: number): Promise<readonly number[]>;
  pinAttempt(attempt: {
    iccid: string;
    pinHmac: string;
    at: Moment;
  }): Promise<'committed' | 'tried-before'>;
  pinResult(result: {
    iccid: string;
    pinHmac: string;
    accepted: boolean;
    at: Moment;
  }): Promise<void>;
  /** Whether an attempt that was not accepted is on record for the card, whatever the PIN. */
  pinTried(iccid: string): Promise<boolean>;
  appendEvent(event: {
    type: string;
    subject: string | null;
    detail: string | null;
    at: Moment;
  }): Promise<void>;
  health(): OutboxHealth;
  close(): Promise<void>;
}
