import type { MessageFilter, MessageRecord, Page } from '../contract.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { readRow, toRecord } from './message-record.ts';
import type { Sql } from './sql.ts';

/** A page that is still not full is answered as it is, with a cursor; no snapshot lasts longer. */
const BUDGET_MS = 30;
const LOOK_AT_CLOCK_EVERY = 64;
/** Sequence numbers that one statement for a recipient looks through: some 5,000 index entries. */
const RECIPIENT_WINDOW = 50_000;
const NEWEST = Number.MAX_SAFE_INTEGER;

interface Candidate {
  readonly seq: number;
  readonly status: string;
  readonly recipient: string;
  readonly reference: string | null;
  readonly created_at_ms: number;
}

/** Newest first. The narrowest filter leads by its index; the others are checked row by row. */
export function listMessages(sql: Sql, filter: MessageFilter): Page<MessageRecord> {
  const below = filter.cursor === undefined ? NEWEST : decodeCursor(filter.cursor);
  const from = filter.sinceMs === undefined ? 0 : firstSeqSince(sql, filter.sinceMs);
  const { seqs, nextBelow } = collect(sql, filter, from, below);
  const items = seqs.flatMap((seq) => {
    const row = readRow(sql, 'seq = ?', seq);
    return row === undefined ? [] : [toRecord(sql, row)];
  });
  return { items, nextCursor: nextBelow === null ? null : encodeCursor(nextBelow) };
}

const COLUMNS = 'seq, status, recipient, reference, created_at_ms';
const RANGE = 'seq >= ? AND seq < ? ORDER BY seq DESC';
/** One statement for each leading filter; each is a search in an index (see the test of the plans). */
export const LIST_STATEMENTS: Readonly<Record<'reference' | 'to' | 'status' | 'all', string>> = {
  reference: `SELECT ${COLUMNS} FROM messages WHERE reference = ? AND ${RANGE}`,
  to: `SELECT ${COLUMNS} FROM messages
       WHERE substr(recipient, -1) = substr(?, -1) AND recipient = ? AND ${RANGE}`,
  status: `SELECT ${COLUMNS} FROM messages WHERE status = ? AND ${RANGE}`,
  all: `SELECT ${COLUMNS} FROM messages WHERE ${RANGE}`,
};

function candidates(
  sql: Sql,
  filter: MessageFilter,
  from: number,
  below: number,
): IterableIterator<unknown> {
  if (filter.reference !== undefined) {
    return sql.of(LIST_STATEMENTS.reference).iterate(filter.reference, from, below);
  }
  if (filter.to !== undefined) {
    return sql.of(LIST_STATEMENTS.to).iterate(filter.to, filter.to, from, below);
  }
  if (filter.status !== undefined) {
    return sql.of(LIST_STATEMENTS.status).iterate(filter.status, from, below);
  }
  return sql.of(LIST_STATEMENTS.all).iterate(from, below);
}

function collect(
  sql: Sql,
  filter: MessageFilter,
  from: number,
  below: number,
): { readonly seqs: readonly number[]; readonly nextBelow: number | null } {
  const endMs = performance.now() + BUDGET_MS;
  const seqs: number[] = [];
  let looked = 0;
  for (const { low, high } of windows(sql, filter, from, below)) {
    for (const value of candidates(sql, filter, low, high)) {
      const row = value as Candidate;
      if (seqs.length === filter.limit) {
        return { seqs, nextBelow: row.seq + 1 };
      }
      if (matches(row, filter)) {
        seqs.push(row.seq);
      }
      looked += 1;
      if (looked % LOOK_AT_CLOCK_EVERY === 0 && performance.now() > endMs) {
        return { seqs, nextBelow: row.seq };
      }
    }
    if (low > from && performance.now() > endMs) {
      return { seqs, nextBelow: low };
    }
  }
  return { seqs, nextBelow: null };
}

/**
 * The ranges of sequence numbers that are looked through one after another, the newest first. Only a
 * statement for a recipient passes over rows inside SQLite, where no clock is looked at.
 */
function* windows(
  sql: Sql,
  filter: MessageFilter,
  from: number,
  below: number,
): Generator<{ readonly low: number; readonly high: number }> {
  if (filter.to === undefined || filter.reference !== undefined) {
    yield { low: from, high: below };
    return;
  }
  const last = sql.of('SELECT max(seq) FROM messages').pluck().get() as number | null;
  for (let high = Math.min(below, (last ?? 0) + 1); high > from; high -= RECIPIENT_WINDOW) {
    yield { low: Math.max(from, high - RECIPIENT_WINDOW), high };
  }
}

function matches(row: Candidate, filter: MessageFilter): boolean {
  return (
    (filter.status === undefined || row.status === filter.status) &&
    (filter.to === undefined || row.recipient === filter.to) &&
    (filter.reference === undefined || row.reference === filter.reference) &&
    (filter.sinceMs === undefined || row.created_at_ms >= filter.sinceMs)
  );
}

/**
 * Where rows accepted since then begin, by halving: acceptance times grow with the sequence, save
 * where the clock was set back, and there each row is still checked by itself.
 */
function firstSeqSince(sql: Sql, sinceMs: number): number {
  const at = (seq: number): { seq: number; created_at_ms: number } | undefined =>
    sql
      .of('SELECT seq, created_at_ms FROM messages WHERE seq >= ? ORDER BY seq LIMIT 1')
      .get(seq) as { seq: number; created_at_ms: number } | undefined;
  const last = sql.of('SELECT max(seq) FROM messages').pluck().get() as number | null;
  let low = 0;
  let high = (last ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = at(middle);
    if (row === undefined || row.created_at_ms >= sinceMs) {
      high = middle;
    } else {
      low = row.seq + 1;
    }
  }
  return low;
}
