import { isTerminal, type MessageStatus } from '../../domain/message.ts';
import type { Tx } from '../tx.ts';

/** Rows that one transaction looks at. */
const STEP = 500;
const DAY_MS = 24 * 3_600_000;
/** An idempotency key answers at least this long, and this long after its messages ended. */
const KEY_LIFE_MS = 30 * DAY_MS;
const KEY_LIFE_AFTER_END_MS = 7 * DAY_MS;

export interface PurgeStep {
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

function purgeRest(tx: Tx, beforeMs: number, nowMs: number): number {
  const inbound = tx
    .sql('SELECT seq FROM inbound ORDER BY seq LIMIT ?')
    .pluck()
    .all(STEP) as number[];
  let deleted = 0;
  for (const seq of inbound) {
    const { changes } = tx
      .sql('DELETE FROM inbound WHERE seq = ? AND received_at_ms < ?')
      .run(seq, beforeMs);
    if (changes === 1) {
      tx.sql('DELETE FROM inbound_parts WHERE inbound_seq = ?').run(seq);
      deleted += 1;
    }
  }
  tx.sql(
    `DELETE FROM events WHERE message_seq = 0 AND seq IN
       (SELECT seq FROM events WHERE message_seq = 0 ORDER BY seq LIMIT ${STEP}) AND at_ms < ?`,
  ).run(beforeMs);
  tx.sql(
    `DELETE FROM event_outbox WHERE seq IN
       (SELECT seq FROM event_outbox ORDER BY seq LIMIT ${STEP}) AND at_ms < ?`,
  ).run(beforeMs);
  tx.sql(
    `DELETE FROM idempotency WHERE (key_name, key) IN (
       SELECT key_name, key FROM idempotency AS i WHERE created_at_ms < ?
       AND NOT EXISTS (SELECT 1 FROM messages WHERE seq BETWEEN i.first_seq AND i.last_seq
                       AND (ended_at_ms IS NULL OR ended_at_ms >= ?))
       LIMIT ${STEP})`,
  ).run(nowMs - KEY_LIFE_MS, nowMs - KEY_LIFE_AFTER_END_MS);
  return deleted;
}
