import { createHash } from 'node:crypto';
import { decodeDeliver, joinParts } from '../../pdu/index.ts';
import type { InboundPart, Moment } from '../contract.ts';
import type { Tx } from '../tx.ts';
import { uuidToBytes } from '../uuid-bytes.ts';

/** Reassembly never joins parts further apart; a sender's reference comes round again. */
const SAME_MESSAGE_MS = 3 * 24 * 3_600_000;
/** Stands where a part never came. */
const GAP = '[…]';
const RELEASE_STEP = 100;

interface StoredPart {
  readonly seq: number;
  readonly sender: string;
  readonly pdu: string;
  readonly body: string;
  readonly encoding: string;
  readonly lossy: number;
  readonly modem: string;
  readonly service_centre_at_ms: number | null;
  readonly concat_reference: number | null;
  readonly concat_bits: number | null;
  readonly concat_total: number | null;
  readonly concat_number: number | null;
  readonly received_at_ms: number;
  readonly inbound_seq: number | null;
}

/**
 * Keeps one received PDU, once however often it is read from the card, and hands out its message in
 * the same transaction when it is whole. `id` becomes the id of that message.
 */
export function storeInbound(
  tx: Tx,
  args: { readonly part: InboundPart; readonly id: string },
): 'stored' | 'duplicate' {
  const { part } = args;
  const { changes, lastInsertRowid } = tx
    .sql(
      `INSERT INTO inbound_parts (pdu_hash, sender, service_centre_at_ms, pdu, modem, iccid, body,
         encoding, lossy, concat_reference, concat_bits, concat_total, concat_number, received_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    )
    .run(
      createHash('sha256').update(part.pdu.toUpperCase()).digest().subarray(0, 16),
      part.from,
      part.serviceCentreAtMs,
      part.pdu,
      part.modem,
      part.iccid,
      part.text,
      part.encoding,
      part.lossy ? 1 : 0,
      part.concat?.reference ?? null,
      part.concat?.bits ?? null,
      part.concat?.total ?? null,
      part.concat?.number ?? null,
      tx.eventTime(part.at.atMs),
    );
  if (changes === 0) {
    return 'duplicate';
  }
  const stored = loadPart(tx, Number(lastInsertRowid));
  if (part.concat === null || part.concat.total <= 1) {
    deliver(tx, [stored], args.id, part.at);
    return 'stored';
  }
  const siblings = siblingsOf(tx, stored);
  const waiting = siblings.filter((sibling) => sibling.inbound_seq === null);
  if (waiting.length >= part.concat.total) {
    deliver(tx, waiting, args.id, part.at);
    return 'stored';
  }
  completeReleased(tx, siblings, stored, part.concat.total);
  return 'stored';
}

/** Hands out messages whose missing parts did not come before `beforeMs`; `ids` are theirs. */
export function releasePartialInbound(
  tx: Tx,
  args: { readonly beforeMs: number; readonly ids: readonly string[]; readonly at: Moment },
): number {
  const overdue = tx
    .sql(
      `SELECT seq FROM inbound_parts WHERE inbound_seq IS NULL AND received_at_ms < ?
       ORDER BY received_at_ms LIMIT ${RELEASE_STEP}`,
    )
    .pluck()
    .all(args.beforeMs) as number[];
  let released = 0;
  for (const seq of overdue) {
    const part = loadPart(tx, seq);
    const id = args.ids[released];
    if (part.inbound_seq === null && id !== undefined) {
      deliver(
        tx,
        siblingsOf(tx, part).filter((sibling) => sibling.inbound_seq === null),
        id,
        args.at,
      );
      released += 1;
    }
  }
  return released;
}

function loadPart(tx: Tx, seq: number): StoredPart {
  return tx.sql('SELECT * FROM inbound_parts WHERE seq = ?').get(seq) as StoredPart;
}

/** Parts of the same concatenated message (23.040 §9.2.3.24.1), by number, one for each number. */
function siblingsOf(tx: Tx, part: StoredPart): StoredPart[] {
  const rows = tx
    .sql(
      `SELECT * FROM inbound_parts WHERE sender = ? AND concat_reference = ? AND concat_bits = ?
       AND concat_total = ? AND received_at_ms BETWEEN ? AND ? ORDER BY seq DESC LIMIT 1000`,
    )
    .all(
      part.sender,
      part.concat_reference,
      part.concat_bits,
      part.concat_total,
      part.received_at_ms - SAME_MESSAGE_MS,
      part.received_at_ms + SAME_MESSAGE_MS,
    ) as StoredPart[];
  const byNumber = new Map<number | null, StoredPart>();
  for (const row of rows) {
    const earlier = byNumber.get(row.concat_number);
    if (earlier === undefined || (earlier.inbound_seq !== null && row.inbound_seq === null)) {
      byNumber.set(row.concat_number, row);
    }
  }
  return [...byNumber.values()].sort((a, b) => Number(a.concat_number) - Number(b.concat_number));
}

function deliver(tx: Tx, parts: readonly StoredPart[], id: string, at: Moment): void {
  const [first] = parts;
  if (first === undefined) {
    return;
  }
  const total = Math.max(first.concat_total ?? 1, 1);
  const { text, lossy } = assemble(parts, total);
  const { lastInsertRowid } = tx
    .sql(
      `INSERT INTO inbound (id, sender, body, received_at_ms, service_centre_at_ms, modem, parts,
         parts_received, encoding, lossy) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      uuidToBytes(id),
      first.sender,
      text,
      tx.eventTime(at.atMs),
      first.service_centre_at_ms,
      first.modem,
      total,
      parts.length,
      first.encoding,
      lossy ? 1 : 0,
    );
  attach(tx, parts, Number(lastInsertRowid));
  tx.add('total_inbound', 1);
  tx.publish('inbound.received', id, { parts: total, partsReceived: parts.length }, at);
}

/**
 * The text of the parts together. They are joined before they are decoded, from the raw PDUs, since
 * a sender may cut inside a character.
 */
function assemble(
  parts: readonly StoredPart[],
  total: number,
): { readonly text: string; readonly lossy: boolean } {
  const byNumber = new Map(parts.map((part) => [part.concat_number ?? 1, part]));
  const inOrder = Array.from({ length: total }, (_, index) => byNumber.get(index + 1) ?? null);
  try {
    return joinParts(
      inOrder.map((part) => (part === null ? null : decodeDeliver(part.pdu))),
      GAP,
    );
  } catch {
    // A PDU that can't be read has the text that was stored for it.
    return { text: inOrder.map((part) => part?.body ?? GAP).join(''), lossy: true };
  }
}

function attach(tx: Tx, parts: readonly StoredPart[], inboundSeq: number): void {
  for (const part of parts) {
    tx.sql('UPDATE inbound_parts SET inbound_seq = ? WHERE seq = ?').run(inboundSeq, part.seq);
  }
}

/** A part that comes after its message was handed out with a gap fills the gap. */
function completeReleased(
  tx: Tx,
  siblings: readonly StoredPart[],
  late: StoredPart,
  total: number,
): void {
  const owner = siblings.find((sibling) => sibling.inbound_seq !== null)?.inbound_seq;
  if (owner === undefined || owner === null) {
    return;
  }
  const whole = siblings.filter((part) => part.inbound_seq === owner || part.seq === late.seq);
  const { text, lossy } = assemble(whole, total);
  const { changes } = tx
    .sql(
      'UPDATE inbound SET body = ?, lossy = ?, parts_received = ? WHERE seq = ? AND parts_received < parts',
    )
    .run(text, lossy ? 1 : 0, whole.length, owner);
  if (changes === 1) {
    attach(tx, [late], owner);
  }
}
