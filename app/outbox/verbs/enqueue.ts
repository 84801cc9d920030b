import { createHash } from 'node:crypto';
import { GatewayError } from '../../domain/gateway-error.ts';
import type { MessageId } from '../../domain/ids.ts';
import type { NewMessage, Priority } from '../../domain/message.ts';
import type { EnqueueRequest, EnqueueResult } from '../contract.ts';
import type { Tx } from '../tx.ts';
import { uuidFromBytes, uuidToBytes } from '../uuid-bytes.ts';

const RANKS: Readonly<Record<Priority, number>> = { high: 0, normal: 1, low: 2 };

const INSERT = `INSERT INTO messages (seq, id, status, wait_until_ms, wait_boot, rank, lane,
  created_at_ms, boot, monotonic_ms, clock_trusted, recipient, encoding, segments, flash,
  delivery_report, on_uncertain, send_at_ms, validity_seconds, key_name, reference, body, metadata)
  VALUES (?, unhex(?, '-'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

interface Acceptance {
  readonly boot: number;
  readonly monotonicMs: number;
  readonly maxDepth: number;
}

/** Messages that count against `maxDepth`: all that are still to be sent. */
export function queueDepth(tx: Tx): number {
  const { ready, backing_off, scheduled, sending } = tx.counters;
  return ready + backing_off + scheduled + sending;
}

/** Adds the messages of one request, all or none. Runs inside a group's transaction. */
export function enqueue(tx: Tx, request: EnqueueRequest, acceptance: Acceptance): EnqueueResult {
  const { messages, idempotency } = request;
  const [only] = messages;
  if (idempotency === null && only !== undefined && messages.length === 1) {
    return hasRoom(tx, 1, acceptance) ?? acceptOne(tx, only, acceptance);
  }
  return tx.attempt(() => {
    const earlier = idempotency === null ? null : claimKey(tx, request);
    if (earlier !== null) {
      return earlier;
    }
    const full = hasRoom(tx, messages.length, acceptance);
    if (full !== null) {
      if (idempotency !== null) {
        tx.sql('DELETE FROM idempotency WHERE key_name = ? AND key = ?').run(
          only?.keyName,
          idempotency.key,
        );
      }
      return full;
    }
    for (const message of messages) {
      insert(tx, message, acceptance);
    }
    return { kind: 'accepted', ids: messages.map((message) => message.id) };
  });
}

function hasRoom(tx: Tx, wanted: number, { maxDepth }: Acceptance): EnqueueResult | null {
  const depth = queueDepth(tx);
  return depth + wanted > maxDepth ? { kind: 'queue-full', depth } : null;
}

function acceptOne(tx: Tx, message: NewMessage, acceptance: Acceptance): EnqueueResult {
  insert(tx, message, acceptance);
  return { kind: 'accepted', ids: [message.id] };
}

function insert(tx: Tx, message: NewMessage, { boot, monotonicMs }: Acceptance): void {
  const { sendAtMs } = message;
  const waits = sendAtMs !== null && (!tx.clockTrusted || sendAtMs > message.createdAtMs);
  tx.sql(INSERT).run(
    tx.counters.next_seq,
    message.id,
    waits ? 'scheduled' : 'queued',
    waits ? sendAtMs : null,
    waits ? boot : null,
    RANKS[message.priority],
    message.modem ?? '',
    message.createdAtMs,
    boot,
    monotonicMs,
    tx.clockTrusted ? 1 : 0,
    message.to,
    message.encoding,
    message.segments,
    message.flash ? 1 : 0,
    message.deliveryReport ? 1 : 0,
    message.onUncertain,
    sendAtMs,
    message.validitySeconds,
    message.keyName,
    message.reference,
    message.text,
    message.metadata,
  );
  const { counters } = tx;
  counters.next_seq += 1;
  counters.total_accepted += 1;
  counters.parts += message.segments;
  if (waits) {
    counters.scheduled += 1;
  } else {
    counters.ready += 1;
  }
}

/**
 * Takes the idempotency key for this request. null: it was free and is now taken; else the answer
 * that the earlier request with the key decides.
 */
function claimKey(tx: Tx, { messages, idempotency }: EnqueueRequest): EnqueueResult | null {
  const [first] = messages;
  if (idempotency === null || first === undefined) {
    throw new GatewayError('outbox-misuse', 'a request has at least one message', {
      retry: 'never',
    });
  }
  const bodyHash = hashBytes(idempotency.bodyHash);
  const ids = Buffer.concat(messages.map((message) => uuidToBytes(message.id)));
  const { changes } = tx
    .sql(
      `INSERT INTO idempotency (key_name, key, body_hash, ids, first_seq, last_seq, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key_name, key) DO NOTHING`,
    )
    .run(
      first.keyName,
      idempotency.key,
      bodyHash,
      ids,
      tx.counters.next_seq,
      tx.counters.next_seq + messages.length - 1,
      first.createdAtMs,
    );
  if (changes === 1) {
    return null;
  }
  const earlier = tx
    .sql('SELECT body_hash, ids FROM idempotency WHERE key_name = ? AND key = ?')
    .get(first.keyName, idempotency.key) as { body_hash: Buffer; ids: Buffer };
  return earlier.body_hash.equals(bodyHash)
    ? { kind: 'replayed', ids: splitIds(earlier.ids) }
    : { kind: 'idempotency-key-reused' };
}

/** The hash as it came, or, where it is not 64 hex digits, a hash of it. */
function hashBytes(bodyHash: string): Buffer {
  return /^[0-9a-f]{64}$/.test(bodyHash)
    ? Buffer.from(bodyHash, 'hex')
    : createHash('sha256').update(bodyHash).digest();
}

function splitIds(bytes: Buffer): MessageId[] {
  return Array.from(
    { length: bytes.length / 16 },
    (_, index) => uuidFromBytes(bytes.subarray(index * 16, index * 16 + 16)) as MessageId,
  );
}
