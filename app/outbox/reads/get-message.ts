import type { MessageId } from '../../domain/ids.ts';
import type { MessagePart, TimelineEntry } from '../../domain/message.ts';
import type { MessageDetail } from '../contract.ts';
import { uuidToBytes } from '../uuid-bytes.ts';
import { type FullRow, readRow, toRecord } from './message-record.ts';
import type { Sql } from './sql.ts';

/** One message with its parts and its timeline. */
export function getMessage(sql: Sql, id: MessageId): MessageDetail | null {
  const row = readRow(sql, 'id = ?', uuidToBytes(id));
  return row === undefined
    ? null
    : { ...toRecord(sql, row), parts: parts(sql, row), timeline: timeline(sql, row) };
}

/** Parts that were never handed over have no row; they are pending. */
function parts(sql: Sql, row: FullRow): MessagePart[] {
  const known = sql
    .of('SELECT number, status, reference FROM parts WHERE message_seq = ?')
    .all(row.seq) as MessagePart[];
  return Array.from(
    { length: row.segments },
    (_, index) =>
      known.find((part) => part.number === index + 1) ?? {
        number: index + 1,
        status: 'pending',
        reference: null,
      },
  );
}

function timeline(sql: Sql, row: FullRow): TimelineEntry[] {
  const events = sql
    .of('SELECT at_ms, type, detail FROM events WHERE message_seq = ? ORDER BY seq')
    .all(row.seq) as { at_ms: number; type: string; detail: string | null }[];
  return [{ at_ms: row.created_at_ms, type: 'accepted', detail: null }, ...events].map((entry) => ({
    at: new Date(entry.at_ms).toISOString(),
    event: entry.type,
    detail: entry.detail,
  }));
}
