import type { MessageId } from '../../domain/ids.ts';
import type { CancelResult, CancelSelection, Moment } from '../contract.ts';
import { changeMessage, findMessage, findMessageById, type MessageRow } from '../message-row.ts';
import type { Tx } from '../tx.ts';
import { uuidToBytes } from '../uuid-bytes.ts';

/** Messages that one transaction of a bulk cancel looks at. */
const STEP = 1_000;

export function cancel(
  tx: Tx,
  args: { readonly id: MessageId; readonly actor: string; readonly at: Moment },
): CancelResult {
  const row = findMessageById(tx, uuidToBytes(args.id));
  if (row === undefined) {
    return { kind: 'not-found' };
  }
  return cancelRow(tx, row, args.actor, args.at)
    ? { kind: 'canceled' }
    : { kind: 'not-cancelable', status: row.status };
}

function cancelRow(tx: Tx, row: MessageRow, actor: string, at: Moment): boolean {
  if (row.status !== 'scheduled' && row.status !== 'queued') {
    return false;
  }
  const left =
    row.parts_sent === 0 ? '' : `; ${row.parts_sent} of ${row.segments} parts had been sent`;
  changeMessage(tx, row, { status: 'canceled', detail: `by ${actor}${left}`, at });
  return true;
}

/**
 * One bounded step of a bulk cancel over messages with `seq > afterSeq`, oldest first.
 * `nextAfterSeq` is null when nothing is left to look at.
 */
export function cancelStep(
  tx: Tx,
  args: {
    readonly selection: CancelSelection;
    readonly afterSeq: number;
    readonly actor: string;
    readonly at: Moment;
  },
): { readonly canceled: number; readonly nextAfterSeq: number | null } {
  const { selection, afterSeq, actor, at } = args;
  let canceled = 0;
  if (selection.by === 'ids') {
    for (const id of selection.ids) {
      const row = findMessageById(tx, uuidToBytes(id));
      canceled += row !== undefined && cancelRow(tx, row, actor, at) ? 1 : 0;
    }
    return { canceled, nextAfterSeq: null };
  }
  const seqs =
    selection.by === 'reference'
      ? tx
          .sql('SELECT seq FROM messages WHERE reference = ? AND seq > ? ORDER BY seq LIMIT ?')
          .pluck()
          .all(selection.reference, afterSeq, STEP)
      : tx
          .sql(
            `SELECT seq FROM messages WHERE substr(recipient, -1) = substr(?, -1) AND recipient = ?
             AND seq > ? ORDER BY seq LIMIT ?`,
          )
          .pluck()
          .all(selection.to, selection.to, afterSeq, STEP);
  for (const seq of seqs as number[]) {
    const row = findMessage(tx, seq);
    canceled += row !== undefined && cancelRow(tx, row, actor, at) ? 1 : 0;
  }
  return { canceled, nextAfterSeq: seqs.length < STEP ? null : Number(seqs.at(-1)) };
}
