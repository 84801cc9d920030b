import { isTerminal, type MessageStatus } from '../../domain/message.ts';
import type { Tx } from '../tx.ts';

/** Rows that one transaction looks at. */
const STEP = 500;
/** Oldest keys that one transaction looks at. */
const KEYS_STEP = 5_000;
const DAY_MS = 24 * 3_600_000;
/** An idempotency key answers at least this long, and this long after its messages ended. */
const KEY_LIFE_MS = 30 * DAY_MS;
const KEY_LIFE_AFTER_END_MS = 7 * DAY_MS;

export interface PurgeStep {
  /** Rows of any kind that a caller could have asked for. */
  readonly deleted: number;
  /** Where the next step goes on; null when everything old enough was looked at. */
  readonly nextAfterSeq: number | null;
}

/**
 * One bounded step of retention over messages with `seq > afterSeq`. Deletes messages that ended
 * before `beforeMs` with their parts and timeline; the last step also takes inbound messages, events
 * and idempotency keys that are too old. Nothing that may still change is touched.
 */
export function purgeStep(
  tx: Tx,
  args: { readonly beforeMs: number; readonly afterSeq: number; readonly nowMs: number },
): PurgeStep {
  const rows = tx
    .sql(
      `SELECT seq, status, ended_at_ms, created_at_ms FROM messages WHERE seq > ?
       ORDER BY seq LIMIT ${STEP}`,
    )
    .all(args.afterSeq) as {
    seq: number;
    status: MessageStatus;
    ended_at_ms: number | null;
    created_at_ms: number;
  }[];
  let deleted = 0;
  for (const row of rows) {
    if (isTerminal(row.status) && row.ended_at_ms !== null && row.ended_at_ms < args.beforeMs) {
      if (row.ended_at_ms >= args.nowMs - KEY_LIFE_AFTER_END_MS) {
        noteEnd(tx, row.seq, row.ended_at_ms);
      }
      tx.sql('DELETE FROM parts WHERE message_seq = ?').run(row.seq);
      tx.sql('DELETE FROM events WHERE message_seq = ?').run(row.seq);
      tx.sql('DELETE FROM messages WHERE seq = ?').run(row.seq);
      deleted += 1;
    }
  }
  const last = rows.at(-1);
  if (rows.length === STEP && last !== undefined && last.created_at_ms < args.beforeMs) {
    return { deleted, nextAfterSeq: last.seq };
  }
  return { deleted: deleted + purgeRest(tx, args.beforeMs, args.nowMs), nextAfterSeq: null };
}

/** A key outlives its messages where retention is short; it then has to know when they ended. */
function noteEnd(tx: Tx, seq: number, endedAtMs: number): void {
  tx.sql(
    `UPDATE idempotency SET ended_at_ms = max(ifnull(ended_at_ms, 0), ?)
     WHERE last_seq = (SELECT last_seq FROM idempotency WHERE last_seq >= ? ORDER BY last_seq LIMIT 1)
     AND first_seq <= ?`,
  ).run(endedAtMs, seq, seq);
}

function purgeRest(tx: Tx, beforeMs: number, nowMs: number): number {
  const inbound = tx
    .sql(
      `SELECT seq FROM (SELECT seq, received_at_ms FROM inbound ORDER BY seq LIMIT ${STEP})
       WHERE received_at_ms < ?`,
    )
    .pluck()
    .all(beforeMs) as number[];
  for (const seq of inbound) {
    tx.sql('DELETE FROM inbound_parts WHERE inbound_seq = ?').run(seq);
    tx.sql('DELETE FROM inbound WHERE seq = ?').run(seq);
  }
  const events = tx
    .sql(
      `DELETE FROM events WHERE message_seq = 0 AND seq IN
         (SELECT seq FROM events WHERE message_seq = 0 ORDER BY seq LIMIT ${STEP}) AND at_ms < ?`,
    )
    .run(beforeMs);
  const published = tx
    .sql(
      `DELETE FROM event_outbox WHERE seq IN
         (SELECT seq FROM event_outbox ORDER BY seq LIMIT ${STEP}) AND at_ms < ?`,
    )
    .run(beforeMs);
  const keys = tx
    .sql(
      `DELETE FROM idempotency WHERE (key_name, key) IN (
         SELECT key_name, key FROM (SELECT * FROM idempotency ORDER BY last_seq LIMIT ${KEYS_STEP}) AS k
         WHERE created_at_ms < @created AND ifnull(ended_at_ms, 0) < @ended
         AND NOT EXISTS (SELECT 1 FROM messages WHERE seq BETWEEN k.first_seq AND k.last_seq
                         AND (ended_at_ms IS NULL OR ended_at_ms >= @ended)))`,
    )
    .run({ created: nowMs - KEY_LIFE_MS, ended: nowMs - KEY_LIFE_AFTER_END_MS });
  return inbound.length + events.changes + published.changes + keys.changes;
}
