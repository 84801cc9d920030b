import type { PartStatus } from '../domain/message.ts';
import type { Moment } from './contract.ts';
import { changeMessage, type MessageRow } from './message-row.ts';
import type { Tx } from './tx.ts';

export interface PartRow {
  readonly number: number;
  readonly status: PartStatus;
  readonly modem: string;
  readonly iccid: string | null;
  readonly reference: number | null;
  readonly handed_over_at_ms: number;
}

export function partsOf(tx: Tx, seq: number): PartRow[] {
  return tx
    .sql(
      `SELECT number, status, modem, iccid, reference, handed_over_at_ms FROM parts
       WHERE message_seq = ? ORDER BY number`,
    )
    .all(seq) as PartRow[];
}

export function findPart(tx: Tx, seq: number, number: number): PartRow | undefined {
  return partsOf(tx, seq).find((part) => part.number === number);
}

export function setPartStatus(tx: Tx, seq: number, number: number, status: PartStatus): void {
  tx.sql('UPDATE parts SET status = ? WHERE message_seq = ? AND number = ?').run(
    status,
    seq,
    number,
  );
}

/** As if the part had never been handed over. */
export function forgetPart(tx: Tx, seq: number, number: number): void {
  tx.sql('DELETE FROM parts WHERE message_seq = ? AND number = ?').run(seq, number);
}

/** The network has the part, whatever became of it afterwards. */
export function reachedNetwork(status: PartStatus): boolean {
  return status === 'sent' || status === 'delivered' || status === 'undelivered';
}

/**
 * Brings a message to where its parts are, after one of them reached the network or was reported:
 * on to `sent`, `delivered` or `undelivered` when all have, back to the queue when an uncertain one
 * is settled and others are missing. A message that was ended keeps its end.
 */
export function followParts(
  tx: Tx,
  start: MessageRow,
  at: Moment,
  note: { readonly detail: string | null; readonly modem?: string },
): MessageRow {
  const parts = partsOf(tx, start.seq);
  const partsSent = parts.filter((part) => reachedNetwork(part.status)).length;
  const base = { partsSent, at };
  let row = start;
  if (partsSent < row.segments) {
    const settled =
      row.status === 'uncertain' && !parts.some((part) => part.status === 'uncertain');
    if (settled || partsSent !== row.parts_sent) {
      row = changeMessage(tx, row, {
        ...base,
        status: settled ? 'queued' : row.status,
        waitUntilMs: row.wait_until_ms,
        event: settled ? 'queued' : 'part-sent',
        detail: note.detail,
      });
    }
    return row;
  }
  const outcome = parts.every((part) => part.status === 'delivered')
    ? 'delivered'
    : parts.some((part) => part.status === 'undelivered')
      ? 'undelivered'
      : 'sent';
  if (row.status === 'scheduled') {
    row = changeMessage(tx, row, { ...base, status: 'queued', detail: 'a late answer' });
  }
  if (row.status === 'queued') {
    row = changeMessage(tx, row, { ...base, status: 'sending', detail: 'a late answer' });
  }
  if (row.status === 'sending') {
    row = changeMessage(tx, row, {
      ...base,
      status: 'sent',
      spendsAttempt: true,
      errorCode: null,
      detail: note.detail,
    });
  }
  if (row.status === 'uncertain') {
    return changeMessage(tx, row, {
      ...base,
      status: outcome,
      errorCode: null,
      detail: note.detail,
    });
  }
  if (row.status !== outcome && (row.status === 'sent' || outcome === 'delivered')) {
    if (row.status === 'sent' || row.status === 'undelivered') {
      return changeMessage(tx, row, { ...base, status: outcome, detail: note.detail });
    }
  }
  if (partsSent !== row.parts_sent) {
    row = changeMessage(tx, row, {
      ...base,
      status: row.status,
      event: 'late-answer',
      detail: note.detail,
    });
  }
  return row;
}
