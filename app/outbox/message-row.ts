import { GatewayError } from '../domain/gateway-error.ts';
import type { MessageId, ModemId } from '../domain/ids.ts';
import {
  canTransition,
  type Encoding,
  isTerminal,
  type MessageStatus,
  type OnUncertain,
} from '../domain/message.ts';
import type { Moment } from './contract.ts';
import { notFound, type Tx } from './tx.ts';
import { uuidFromBytes } from './uuid-bytes.ts';

/** The columns that decide about a change of state. */
export interface MessageRow {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly status: MessageStatus;
  readonly wait_until_ms: number | null;
  readonly segments: number;
  readonly parts_sent: number;
  readonly attempts: number;
  readonly concat_reference: number | null;
  readonly recipient: string;
  readonly encoding: Encoding;
  readonly on_uncertain: OnUncertain;
  readonly sent_at_ms: number | null;
}

const COLUMNS =
  'seq, id, status, wait_until_ms, segments, parts_sent, attempts, concat_reference, recipient, encoding, on_uncertain, sent_at_ms';

export function findMessage(tx: Tx, seq: number): MessageRow | undefined {
  return tx.sql(`SELECT ${COLUMNS} FROM messages WHERE seq = ?`).get(seq) as MessageRow | undefined;
}

export function findMessageById(tx: Tx, id: Uint8Array): MessageRow | undefined {
  return tx.sql(`SELECT ${COLUMNS} FROM messages WHERE id = ?`).get(id) as MessageRow | undefined;
}

export function loadMessage(tx: Tx, seq: number): MessageRow {
  const row = findMessage(tx, seq);
  if (row === undefined) {
    throw notFound(seq);
  }
  return row;
}

function idOf(row: MessageRow): MessageId {
  return uuidFromBytes(row.id) as MessageId;
}

/** What a change of state brings with it besides the status. */
export interface Change {
  readonly status: MessageStatus;
  /** When it becomes ready again; only for `queued` and `scheduled`. */
  readonly waitUntilMs?: number | null;
  readonly errorCode?: string | null;
  readonly modem?: ModemId;
  readonly spendsAttempt?: boolean;
  readonly partsSent?: number;
  readonly concatReference?: number | null;
  /** Timeline entry; its type is the new status unless named. null: none (status unchanged). */
  readonly event?: string | null;
  readonly detail?: string | null;
  readonly at: Moment;
}

/** Statuses that webhooks hear of. */
const PUBLIC: ReadonlySet<MessageStatus> = new Set([
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'expired',
  'canceled',
  'uncertain',
]);

/**
 * The one way a message changes: checks the table of transitions, writes the row, the timeline, the
 * public event and the counters together. The same status again is a change of the other columns.
 * @throws GatewayError `wrong-transition`.
 */
export function changeMessage(tx: Tx, row: MessageRow, change: Change): MessageRow {
  const { status, at } = change;
  if (status !== row.status && !canTransition(row.status, status)) {
    throw new GatewayError('wrong-transition', `${row.status} cannot become ${status}`, {
      retry: 'never',
      context: { seq: row.seq },
    });
  }
  const next: MessageRow = {
    ...row,
    status,
    wait_until_ms: change.waitUntilMs ?? null,
    parts_sent: change.partsSent ?? row.parts_sent,
    attempts: row.attempts + (change.spendsAttempt === true ? 1 : 0),
    concat_reference:
      change.concatReference === undefined ? row.concat_reference : change.concatReference,
  };
  if (status !== row.status || next.wait_until_ms !== row.wait_until_ms) {
    tx.sql('UPDATE messages SET status = ?, wait_until_ms = ?, wait_boot = ? WHERE seq = ?').run(
      status,
      next.wait_until_ms,
      next.wait_until_ms === null ? null : tx.boot(at.bootId),
      row.seq,
    );
  }
  const atMs = tx.eventTime(at.atMs);
  const isOver = isTerminal(status);
  tx.sql(
    `UPDATE messages SET parts_sent = ?, attempts = ?, concat_reference = ?,
       sent_modem = ifnull(?, sent_modem), error_code = iif(?, ?, error_code),
       sent_at_ms = iif(?, ifnull(sent_at_ms, ?), sent_at_ms),
       delivered_at_ms = iif(?, ?, delivered_at_ms),
       ended_at_ms = iif(?, ifnull(ended_at_ms, ?), ended_at_ms)
     WHERE seq = ?`,
  ).run(
    next.parts_sent,
    next.attempts,
    next.concat_reference,
    change.modem ?? null,
    change.errorCode === undefined ? 0 : 1,
    change.errorCode ?? null,
    status === 'sent' || status === 'delivered' || status === 'undelivered' ? 1 : 0,
    atMs,
    status === 'delivered' ? 1 : 0,
    atMs,
    isOver ? 1 : 0,
    atMs,
    row.seq,
  );
  count(tx, row, -1);
  count(tx, next, 1);
  tx.add('total_parts_sent', next.parts_sent - row.parts_sent);
  if (change.event !== null || status !== row.status) {
    tx.appendEvent(row.seq, change.event ?? status, change.detail ?? null, at);
  }
  if (status !== row.status) {
    countTotals(tx, row, status);
    if (PUBLIC.has(status)) {
      const data = { status, errorCode: change.errorCode ?? null, partsSent: next.parts_sent };
      tx.publish(`message.${status}`, idOf(row), data, at);
    }
  }
  return next;
}

/** What one row adds to the counters that follow the table. */
function count(tx: Tx, row: MessageRow, sign: 1 | -1): void {
  const { status } = row;
  if (status === 'uncertain') {
    tx.add('uncertain', sign);
  } else if (status === 'queued' || status === 'scheduled' || status === 'sending') {
    const waits = status === 'queued' && row.wait_until_ms !== null;
    const name = status === 'queued' ? (waits ? 'backing_off' : 'ready') : status;
    tx.add(name, sign);
    tx.add('parts', sign * (row.segments - row.parts_sent));
  }
}

function countTotals(tx: Tx, row: MessageRow, status: MessageStatus): void {
  const wasSent = row.status === 'sent' || row.status === 'undelivered';
  if (!wasSent && (status === 'sent' || status === 'delivered' || status === 'undelivered')) {
    tx.add('total_sent', 1);
  }
  if (status === 'delivered') {
    tx.add('total_delivered', 1);
  }
  if (status === 'failed') {
    tx.add('total_failed', 1);
  }
}
