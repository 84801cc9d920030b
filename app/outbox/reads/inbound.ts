import type { InboundId, ModemId } from '../../domain/ids.ts';
import type { InboundFilter, InboundRecord, Page } from '../contract.ts';
import { uuidFromBytes, uuidToBytes } from '../uuid-bytes.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Sql } from './sql.ts';

interface InboundRow {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly sender: string;
  readonly body: string;
  readonly received_at_ms: number;
  readonly service_centre_at_ms: number | null;
  readonly modem: string;
  readonly parts: number;
  readonly parts_received: number;
  readonly encoding: InboundRecord['encoding'];
  readonly lossy: number;
}

/** Received messages, newest first. */
export function listInbound(sql: Sql, filter: InboundFilter): Page<InboundRecord> {
  const below = filter.cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeCursor(filter.cursor);
  const sinceMs = filter.sinceMs ?? Number.MIN_SAFE_INTEGER;
  const rows = (
    filter.from === undefined
      ? sql
          .of(
            'SELECT * FROM inbound WHERE seq < ? AND received_at_ms >= ? ORDER BY seq DESC LIMIT ?',
          )
          .all(below, sinceMs, filter.limit + 1)
      : sql
          .of(
            `SELECT * FROM inbound WHERE sender = ? AND seq < ? AND received_at_ms >= ?
             ORDER BY seq DESC LIMIT ?`,
          )
          .all(filter.from, below, sinceMs, filter.limit + 1)
  ) as InboundRow[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(toRecord),
    nextCursor: rows.length > filter.limit && last !== undefined ? encodeCursor(last.seq) : null,
  };
}

export function getInbound(sql: Sql, id: InboundId): InboundRecord | null {
  const row = sql.of('SELECT * FROM inbound WHERE id = ?').get(uuidToBytes(id));
  return row === undefined ? null : toRecord(row as InboundRow);
}

function toRecord(row: InboundRow): InboundRecord {
  return {
    id: uuidFromBytes(row.id) as InboundId,
    from: row.sender,
    text: row.body,
    receivedAtMs: row.received_at_ms,
    serviceCentreAtMs: row.service_centre_at_ms,
    modem: row.modem as ModemId,
    parts: row.parts,
    partsReceived: row.parts_received,
    encoding: row.encoding,
    lossy: row.lossy === 1,
  };
}
