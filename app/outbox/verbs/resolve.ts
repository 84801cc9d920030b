import type { MessageId } from '../../domain/ids.ts';
import type { Moment, ResolveAction, ResolveResult } from '../contract.ts';
import { changeMessage, findMessageById } from '../message-row.ts';
import { followParts, partsOf, setPartStatus } from '../part-row.ts';
import type { Tx } from '../tx.ts';
import { uuidToBytes } from '../uuid-bytes.ts';

/** A person's decision on an uncertain message (`resend`: its uncertain and unsent parts only). */
export function resolve(
  tx: Tx,
  args: {
    readonly id: MessageId;
    readonly action: ResolveAction;
    readonly actor: string;
    readonly at: Moment;
  },
): ResolveResult {
  const { action, at } = args;
  const row = findMessageById(tx, uuidToBytes(args.id));
  if (row === undefined) {
    return { kind: 'not-found' };
  }
  if (row.status !== 'uncertain') {
    return { kind: 'not-uncertain', status: row.status };
  }
  const detail = `${action}, decided by ${args.actor}`;
  const doubtful = partsOf(tx, row.seq).filter((part) => part.status === 'uncertain');
  if (action === 'cancel') {
    const canceled = changeMessage(tx, row, {
      status: 'canceled',
      detail: `${detail}; ${row.parts_sent} of ${row.segments} parts are known to have been sent`,
      at,
    });
    return { kind: 'resolved', status: canceled.status, partsSent: canceled.parts_sent };
  }
  for (const part of doubtful) {
    setPartStatus(tx, row.seq, part.number, action === 'sent' ? 'sent' : 'pending');
  }
  const after =
    action === 'sent'
      ? followParts(tx, row, at, { detail })
      : changeMessage(tx, row, { status: 'queued', errorCode: null, detail, at });
  return { kind: 'resolved', status: after.status, partsSent: after.parts_sent };
}
