import { GatewayError } from '../../domain/gateway-error.ts';
import type { HandOver, Moment, OpenBracket, PartRef } from '../contract.ts';
import { changeMessage, findMessage } from '../message-row.ts';
import { findPart, forgetPart, partsOf } from '../part-row.ts';
import type { Tx } from '../tx.ts';
import { uuidFromBytes } from '../uuid-bytes.ts';

/** Opens the bracket of one part: from here until its result, the outcome is unknown. */
export function handOver(tx: Tx, args: HandOver): 'committed' | 'gone' {
  const row = findMessage(tx, args.seq);
  const isReady =
    row !== undefined &&
    (row.status === 'sending' || (row.status === 'queued' && row.wait_until_ms === null));
  if (!isReady) {
    return 'gone';
  }
  if (args.part < 1 || args.part > row.segments) {
    throw new GatewayError('outbox-misuse', `the message has no part ${args.part}`, {
      retry: 'never',
    });
  }
  const earlier = findPart(tx, args.seq, args.part);
  if (earlier !== undefined && earlier.status !== 'pending') {
    return 'gone';
  }
  tx.sql(
    `INSERT INTO parts (message_seq, number, status, modem, iccid, digits, last_reference,
       handed_over_at_ms) VALUES (?, ?, 'handed-over', ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET status = 'handed-over', modem = excluded.modem,
       iccid = excluded.iccid, reference = NULL, last_reference = excluded.last_reference,
       handed_over_at_ms = excluded.handed_over_at_ms`,
  ).run(
    args.seq,
    args.part,
    args.modem,
    args.iccid,
    row.recipient.replace(/\D/g, ''),
    args.lastReference,
    tx.eventTime(args.at.atMs),
  );
  changeMessage(tx, row, {
    status: 'sending',
    modem: args.modem,
    ...(args.concatReference === null ? {} : { concatReference: args.concatReference }),
    event: 'sending',
    detail: `part ${args.part} of ${row.segments}, ${args.modem}`,
    at: args.at,
  });
  return 'committed';
}

/**
 * The part was not handed over: closes its bracket if one was made, and the message, of which other
 * parts may be out already, goes back to the ready queue.
 */
export function takeBack(tx: Tx, args: PartRef & { readonly at: Moment }): void {
  const row = findMessage(tx, args.seq);
  if (row === undefined) {
    return;
  }
  if (findPart(tx, args.seq, args.part)?.status === 'handed-over') {
    forgetPart(tx, args.seq, args.part);
  }
  const inTheAir = partsOf(tx, args.seq).some((part) => part.status === 'handed-over');
  if (row.status === 'sending' && !inTheAir) {
    changeMessage(tx, row, { status: 'queued', detail: 'not handed over', at: args.at });
  }
}

/** Parts between hand-over and answer; at start-up, those of a worker that ended there. */
export function openBrackets(tx: Tx): OpenBracket[] {
  const rows = tx
    .sql(
      `SELECT p.message_seq AS seq, p.number AS part, p.modem, m.id, m.on_uncertain AS onUncertain,
         m.attempts,
         p.handed_over_at_ms AS handedOverAtMs
       FROM parts AS p JOIN messages AS m ON m.seq = p.message_seq
       WHERE p.status = 'handed-over' ORDER BY p.message_seq, p.number`,
    )
    .all() as (Omit<OpenBracket, 'id'> & { id: Uint8Array })[];
  return rows.map((row) => ({ ...row, id: uuidFromBytes(row.id) as OpenBracket['id'] }));
}

/**
 * Puts messages back that were being sent, but have no part in a modem's hands; returns their
 * sequences. `only`: of these alone, where others may be between two parts in a lane.
 */
export function requeueInterrupted(
  tx: Tx,
  args: { readonly at: Moment; readonly only: readonly number[] | null },
): number[] {
  const seqs =
    args.only ??
    (tx
      .sql("SELECT seq FROM messages WHERE status = 'sending' ORDER BY seq LIMIT 1000")
      .pluck()
      .all() as number[]);
  return seqs.filter((seq) => {
    const row = findMessage(tx, seq);
    if (
      row?.status !== 'sending' ||
      partsOf(tx, seq).some((part) => part.status === 'handed-over')
    ) {
      return false;
    }
    changeMessage(tx, row, {
      status: 'queued',
      detail: 'the worker was interrupted while sending',
      at: args.at,
    });
    return true;
  });
}
