import { isTerminal } from '../../domain/message.ts';
import type { Moment, PartFailure, PartRef } from '../contract.ts';
import { changeMessage, findMessage, loadMessage } from '../message-row.ts';
import { findPart, followParts, forgetPart, reachedNetwork, setPartStatus } from '../part-row.ts';
import type { Tx } from '../tx.ts';

/** The network took the part. Idempotent; a late answer is welcome from any open state. */
export function recordSent(
  tx: Tx,
  args: PartRef & { readonly reference: number | null; readonly at: Moment },
): void {
  const row = loadMessage(tx, args.seq);
  const part = findPart(tx, args.seq, args.part);
  if (part === undefined) {
    tx.sql(
      `INSERT INTO parts (message_seq, number, status, modem, digits, handed_over_at_ms)
       VALUES (?, ?, 'sent', ?, ?, ?)`,
    ).run(args.seq, args.part, args.modem, row.recipient.replace(/\D/g, ''), args.at.atMs);
  }
  // A report may have overtaken the answer; what it said stays.
  tx.sql(
    `UPDATE parts SET status = ?, reference = ifnull(?, reference), sent_at_ms = ifnull(sent_at_ms, ?)
     WHERE message_seq = ? AND number = ?`,
  ).run(
    part !== undefined && reachedNetwork(part.status) ? part.status : 'sent',
    args.reference,
    tx.eventTime(args.at.atMs),
    args.seq,
    args.part,
  );
  followParts(tx, row, args.at, {
    detail: `part ${args.part} of ${row.segments}, ${args.modem}`,
    modem: args.modem,
  });
}

/** The part did not go out: back to the queue, or the end of the message. */
export function recordFailure(tx: Tx, failure: PartFailure): void {
  const { seq, at, next } = failure;
  const row = findMessage(tx, seq);
  const part = findPart(tx, seq, failure.part);
  if (row === undefined || isTerminal(row.status)) {
    return;
  }
  if (part !== undefined && reachedNetwork(part.status)) {
    followParts(tx, row, at, { detail: `${failure.code} after a report` });
    return;
  }
  const spent = { errorCode: failure.code, spendsAttempt: failure.spendsAttempt, at };
  const detail = `part ${failure.part} of ${row.segments}: ${failure.code}`;
  if (next.kind === 'requeue') {
    forgetPart(tx, seq, failure.part);
    changeMessage(tx, row, {
      ...spent,
      status: 'queued',
      waitUntilMs: next.waitUntilMs,
      event: 'retry',
      detail,
    });
    return;
  }
  if (part !== undefined) {
    setPartStatus(tx, seq, failure.part, 'failed');
  }
  const open =
    row.status === 'uncertain' || row.status === 'scheduled'
      ? changeMessage(tx, row, { status: 'queued', at })
      : row;
  const left = row.parts_sent === 0 ? '' : `; ${row.parts_sent} parts had been sent`;
  changeMessage(tx, open, { ...spent, status: 'failed', detail: detail + left });
}

/** Whether the network took the part cannot be known now. */
export function recordUncertain(
  tx: Tx,
  args: PartRef & {
    readonly code: string;
    readonly next:
      | { readonly kind: 'hold' }
      | { readonly kind: 'resend'; readonly waitUntilMs: number };
    readonly at: Moment;
  },
): void {
  const { seq, next, at } = args;
  const row = findMessage(tx, seq);
  const part = findPart(tx, seq, args.part);
  if (row === undefined || part === undefined || isTerminal(row.status)) {
    return;
  }
  if (reachedNetwork(part.status)) {
    followParts(tx, row, at, { detail: `${args.code} after a report` });
    return;
  }
  const spent = { errorCode: args.code, spendsAttempt: true, at };
  const detail = `part ${args.part} of ${row.segments}: ${args.code}`;
  setPartStatus(tx, seq, args.part, next.kind === 'hold' ? 'uncertain' : 'pending');
  if (next.kind === 'resend') {
    changeMessage(tx, row, {
      ...spent,
      status: 'queued',
      waitUntilMs: next.waitUntilMs,
      event: 'resend',
      detail,
    });
    return;
  }
  const open = row.status === 'queued' ? changeMessage(tx, row, { status: 'sending', at }) : row;
  changeMessage(tx, open, { ...spent, status: 'uncertain', detail });
}

/** Ends a message whose validity is over, unless one of its parts is in the modem's hands. */
export function expire(
  tx: Tx,
  args: { readonly seq: number; readonly at: Moment; readonly detail?: string },
): boolean {
  const row = findMessage(tx, args.seq);
  if (
    row === undefined ||
    (row.status !== 'queued' && row.status !== 'scheduled' && row.status !== 'sending')
  ) {
    return false;
  }
  const isHandedOver = tx
    .sql("SELECT 1 FROM parts WHERE message_seq = ? AND status = 'handed-over'")
    .get(args.seq);
  if (isHandedOver !== undefined) {
    return false;
  }
  const left =
    row.parts_sent === 0 ? '' : `; ${row.parts_sent} of ${row.segments} parts had been sent`;
  changeMessage(tx, row, { status: 'expired', detail: `validity is over${left}`, at: args.at });
  return true;
}
