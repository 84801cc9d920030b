import type { ModemId } from '../../domain/ids.ts';
import type { Encoding, OnUncertain, PartStatus, Priority } from '../../domain/message.ts';
import type { ReadyMessage } from '../contract.ts';
import type { Tx } from '../tx.ts';
import { uuidFromBytes } from '../uuid-bytes.ts';

interface ReadyRow {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly rank: number;
  readonly lane: string;
  readonly attempts: number;
  readonly concat_reference: number | null;
  readonly created_at_ms: number;
  readonly boot_id: string;
  readonly monotonic_ms: number;
  readonly recipient: string;
  readonly encoding: Encoding;
  readonly segments: number;
  readonly flash: number;
  readonly delivery_report: number;
  readonly on_uncertain: OnUncertain;
  readonly validity_seconds: number | null;
  readonly body: string;
}

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

/**
 * The next messages for one modem: from the lane of all and from its own, by priority and then
 * sequence. Messages tied to another modem are in lanes it does not read.
 */
export function nextReady(
  tx: Tx,
  args: {
    readonly modem: ModemId;
    readonly routes: readonly string[];
    readonly limit: number;
    readonly excludeSeqs: readonly number[];
  },
): ReadyMessage[] {
  const excluded = new Set(args.excludeSeqs);
  return ['', args.modem]
    .flatMap((lane) =>
      readLane(tx, lane, lane === '' ? args.routes : [], args.limit + excluded.size),
    )
    .filter((row) => !excluded.has(row.seq))
    .sort((a, b) => a.rank - b.rank || a.seq - b.seq)
    .slice(0, args.limit)
    .map((row) => toReady(tx, row));
}

function readLane(tx: Tx, lane: string, routes: readonly string[], limit: number): ReadyRow[] {
  const onRoute = routes.map(() => 'substr(recipient, 1, length(?)) = ?').join(' OR ');
  return tx
    .sql(
      `SELECT seq, id, rank, lane, attempts, concat_reference, created_at_ms, boot_id, monotonic_ms,
         recipient, encoding, segments, flash, delivery_report, on_uncertain, validity_seconds, body
       FROM messages INDEXED BY messages_ready JOIN boots USING (boot)
       WHERE status = 'queued' AND wait_until_ms IS NULL AND lane = ?
       ${onRoute === '' ? '' : `AND (${onRoute})`} ORDER BY rank, seq LIMIT ?`,
    )
    .all(lane, ...routes.flatMap((route) => [route, route]), limit) as ReadyRow[];
}

function toReady(tx: Tx, row: ReadyRow): ReadyMessage {
  return {
    seq: row.seq,
    id: uuidFromBytes(row.id) as ReadyMessage['id'],
    to: row.recipient,
    text: row.body,
    encoding: row.encoding,
    segments: row.segments,
    flash: row.flash === 1,
    deliveryReport: row.delivery_report === 1,
    onUncertain: row.on_uncertain,
    priority: PRIORITIES[row.rank] ?? 'normal',
    modem: row.lane === '' ? null : (row.lane as ModemId),
    validitySeconds: row.validity_seconds,
    accepted: { atMs: row.created_at_ms, bootId: row.boot_id, monotonicMs: row.monotonic_ms },
    attempts: row.attempts,
    concatReference: row.concat_reference,
    parts: tx
      .sql('SELECT number, status FROM parts WHERE message_seq = ? ORDER BY number')
      .all(row.seq) as { number: number; status: PartStatus }[],
  };
}
