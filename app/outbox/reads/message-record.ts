import type { MessageId, ModemId } from '../../domain/ids.ts';
import type { Encoding, MessageStatus, OnUncertain, Priority } from '../../domain/message.ts';
import type { MessageRecord } from '../contract.ts';
import { uuidFromBytes } from '../uuid-bytes.ts';
import type { Sql } from './sql.ts';

/** Positions in the queue are counted up to here. */
const COUNTED = 1_000;
const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

export interface FullRow {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly status: MessageStatus;
  readonly wait_until_ms: number | null;
  readonly rank: number;
  readonly lane: string;
  readonly attempts: number;
  readonly sent_modem: string | null;
  readonly sent_at_ms: number | null;
  readonly delivered_at_ms: number | null;
  readonly error_code: string | null;
  readonly created_at_ms: number;
  readonly recipient: string;
  readonly encoding: Encoding;
  readonly segments: number;
  readonly flash: number;
  readonly delivery_report: number;
  readonly on_uncertain: OnUncertain;
  readonly send_at_ms: number | null;
  readonly validity_seconds: number | null;
  readonly key_name: string;
  readonly reference: string | null;
  readonly body: string;
  readonly metadata: string | null;
}

export function readRow(
  sql: Sql,
  where: 'id = ?' | 'seq = ?',
  value: unknown,
): FullRow | undefined {
  return sql
    .of(
      `SELECT seq, id, status, wait_until_ms, rank, lane, attempts, sent_modem, sent_at_ms,
         delivered_at_ms, error_code, created_at_ms, recipient, encoding, segments, flash,
         delivery_report, on_uncertain, send_at_ms, validity_seconds, key_name, reference, body,
         metadata
       FROM messages WHERE ${where}`,
    )
    .get(value) as FullRow | undefined;
}

export function toRecord(sql: Sql, row: FullRow): MessageRecord {
  return {
    id: uuidFromBytes(row.id) as MessageId,
    status: row.status,
    to: row.recipient,
    text: row.body,
    encoding: row.encoding,
    segments: row.segments,
    attempts: row.attempts,
    priority: PRIORITIES[row.rank] ?? 'normal',
    flash: row.flash === 1,
    deliveryReport: row.delivery_report === 1,
    onUncertain: row.on_uncertain,
    reference: row.reference,
    metadata: row.metadata,
    modem: (row.sent_modem ?? (row.lane === '' ? null : row.lane)) as ModemId | null,
    sendAtMs: row.send_at_ms,
    validitySeconds: row.validity_seconds,
    createdAtMs: row.created_at_ms,
    sentAtMs: row.sent_at_ms,
    deliveredAtMs: row.delivered_at_ms,
    errorCode: row.error_code,
    queuePosition: queuePosition(sql, row),
    waitUntilMs: row.wait_until_ms,
    keyName: row.key_name,
  };
}

/** 1 for the next one; counts the messages of its own lane and those for any modem. */
function queuePosition(sql: Sql, row: FullRow): number | null {
  if (row.status !== 'queued' || row.wait_until_ms !== null) {
    return null;
  }
  const ahead = [...new Set(['', row.lane])]
    .map(
      (lane) =>
        sql
          .of(
            `SELECT count(*) FROM (SELECT 1 FROM messages INDEXED BY messages_ready WHERE status = 'queued'
             AND wait_until_ms IS NULL AND lane = ? AND (rank, seq) < (?, ?) LIMIT ${COUNTED})`,
          )
          .pluck()
          .get(lane, row.rank, row.seq) as number,
    )
    .reduce((sum, count) => sum + count, 0);
  return ahead < COUNTED ? ahead + 1 : null;
}
