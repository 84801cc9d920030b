import type { Connection } from '../connection.ts';
import type { Moment } from '../contract.ts';
import { changeMessage, loadMessage } from '../message-row.ts';
import { partsOf, reachedNetwork } from '../part-row.ts';
import { Tx } from '../tx.ts';

/** What the table holds, in the words of the counters row (see 001-outbox.sql). */
const COUNT = `UPDATE counters SET
  next_seq = max(next_seq, 1 + (SELECT ifnull(max(seq), 0) FROM messages),
    1 + (SELECT ifnull(max(last_seq), 0) FROM idempotency)),
  next_event = max(next_event, 1 + (SELECT ifnull(max(seq), 0) FROM events),
    1 + (SELECT ifnull(max(seq), 0) FROM event_outbox)),
  newest_at_ms = max(newest_at_ms, (SELECT ifnull(max(created_at_ms), 0) FROM messages)),
  keys_version = keys_version + 1,
  ready = (SELECT count(*) FROM messages WHERE status = 'queued' AND wait_until_ms IS NULL),
  backing_off = (SELECT count(*) FROM messages WHERE status = 'queued' AND wait_until_ms IS NOT NULL),
  scheduled = (SELECT count(*) FROM messages WHERE status = 'scheduled'),
  sending = (SELECT count(*) FROM messages WHERE status = 'sending'),
  uncertain = (SELECT count(*) FROM messages WHERE status = 'uncertain'),
  parts = (SELECT ifnull(sum(segments - parts_sent), 0) FROM messages
    WHERE status IN ('queued', 'scheduled', 'sending')),
  total_accepted = max(total_accepted, (SELECT count(*) FROM messages))`;

/** A boot number that a row names but whose own row is lost must not be given to another boot. */
const BOOTS = `INSERT OR IGNORE INTO boots (boot, boot_id, seen_at_ms)
  SELECT DISTINCT boot, 'lost-' || boot, 0 FROM messages WHERE boot NOT IN (SELECT boot FROM boots)`;

/** Open messages of which a part may have left: what is known of it may be what was lost. */
const DOUBTFUL = `SELECT seq FROM messages
  WHERE status = 'sending' OR (status IN ('queued', 'scheduled')
    AND (attempts > 0 OR parts_sent > 0 OR seq IN (SELECT message_seq FROM parts)))
  ORDER BY seq`;

const DETAIL = 'the database was rebuilt from a damaged one';

/**
 * Makes saved rows agree with each other. A message of which nothing was handed over stays queued;
 * one that was being sent or tried becomes uncertain, because the record of its sending may be lost:
 * never a silent duplicate.
 */
export function settle(db: Connection, at: Moment): { messages: number; uncertain: number } {
  db.exec(`BEGIN IMMEDIATE; ${BOOTS}; ${COUNT}; COMMIT`);
  const tx = new Tx(db);
  db.exec('BEGIN IMMEDIATE');
  tx.begin(at.atMs, false);
  const doubtful = db.prepare(DOUBTFUL).pluck().all() as number[];
  for (const seq of doubtful) {
    doubt(tx, seq, at);
  }
  tx.finish();
  db.exec('COMMIT');
  const messages = db.prepare('SELECT count(*) FROM messages').pluck().get() as number;
  return { messages, uncertain: doubtful.length };
}

function doubt(tx: Tx, seq: number, at: Moment): void {
  let row = loadMessage(tx, seq);
  const parts = partsOf(tx, seq);
  const left = new Set(
    parts.filter(({ status }) => reachedNetwork(status)).map(({ number }) => number),
  );
  for (let number = 1; number <= row.segments; number += 1) {
    if (!left.has(number)) {
      tx.sql(
        `INSERT INTO parts (message_seq, number, status, modem, digits, handed_over_at_ms)
         VALUES (?, ?, 'uncertain', '', ?, ?)
         ON CONFLICT DO UPDATE SET status = 'uncertain'`,
      ).run(seq, number, row.recipient.replace(/\D/g, ''), at.atMs);
    }
  }
  for (const status of ['queued', 'sending', 'uncertain'] as const) {
    if (status === 'queued' ? row.status === 'scheduled' : row.status !== status) {
      row = changeMessage(tx, row, { status, partsSent: left.size, detail: DETAIL, at });
    }
  }
}
