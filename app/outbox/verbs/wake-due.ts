import type { Moment } from '../contract.ts';
import { changeMessage, loadMessage } from '../message-row.ts';
import type { Tx } from '../tx.ts';
import { expire } from './record-outcome.ts';

/** Rows one transaction moves; more are due at once when the limit was reached. */
const STEP = 500;
/** No back-off is longer; a wait beyond it comes from a clock that jumped. */
const LONGEST_BACK_OFF_MS = 25 * 3_600_000;

/**
 * Expires what is past its validity, then readies what is due. While the clock is not trusted,
 * `sendAt` waits, validity runs on monotonic time of this boot, and back-offs of an earlier boot are
 * over. Resolves with the wall time of the next thing due, or null.
 */
export function wakeDue(
  tx: Tx,
  args: { readonly nowMs: number; readonly clockTrusted: boolean; readonly at: Moment },
): number | null {
  const { nowMs, clockTrusted, at } = args;
  const boot = tx.boot(at.bootId);
  const stale = perished(tx, nowMs, clockTrusted, boot, at.monotonicMs);
  for (const seq of stale) {
    expire(tx, { seq, at });
  }
  const due = [
    ...dueSeqs(tx, 'queued', nowMs),
    ...(clockTrusted ? dueSeqs(tx, 'scheduled', nowMs) : []),
    ...strandedSeqs(tx, nowMs, clockTrusted, boot),
  ];
  for (const seq of new Set(due)) {
    const row = loadMessage(tx, seq);
    changeMessage(tx, row, {
      status: 'queued',
      event: row.status === 'scheduled' ? 'queued' : null,
      at,
    });
  }
  return stale.length >= STEP || due.length >= STEP
    ? nowMs
    : nextDue(tx, nowMs, clockTrusted, at.monotonicMs);
}

function dueSeqs(tx: Tx, status: 'queued' | 'scheduled', nowMs: number): number[] {
  return tx
    .sql(
      `SELECT seq FROM messages INDEXED BY messages_waiting WHERE status = ? AND wait_until_ms <= ?
       ORDER BY wait_until_ms LIMIT ${STEP}`,
    )
    .pluck()
    .all(status, nowMs) as number[];
}

/** Back-offs that wall time will not end: set in another boot, or before the clock jumped back. */
function strandedSeqs(tx: Tx, nowMs: number, clockTrusted: boolean, boot: number): number[] {
  return tx
    .sql(
      `SELECT seq FROM messages INDEXED BY messages_waiting WHERE status = 'queued' AND wait_until_ms > ? AND wait_boot <> ?
       LIMIT ${STEP}`,
    )
    .pluck()
    .all(clockTrusted ? nowMs + LONGEST_BACK_OFF_MS : nowMs, clockTrusted ? -1 : boot) as number[];
}

const PERISHABLE = "validity_seconds IS NOT NULL AND status IN ('queued', 'scheduled')";
const WALL = 'messages INDEXED BY messages_perishable';
const MONOTONIC = 'messages INDEXED BY messages_perishable_untrusted';
const WALL_END = 'created_at_ms + validity_seconds * 1000';
const MONOTONIC_END = 'monotonic_ms + validity_seconds * 1000';

function perished(
  tx: Tx,
  nowMs: number,
  clockTrusted: boolean,
  boot: number,
  monotonicMs: number,
): number[] {
  const byWall = clockTrusted
    ? tx
        .sql(
          `SELECT seq FROM ${WALL} WHERE ${PERISHABLE} AND clock_trusted = 1 AND ${WALL_END} <= ?
           ORDER BY ${WALL_END} LIMIT ${STEP}`,
        )
        .pluck()
        .all(nowMs)
    : tx
        .sql(
          `SELECT seq FROM ${WALL} WHERE ${PERISHABLE} AND clock_trusted = 1 AND boot = ?
           AND ${MONOTONIC_END} <= ? LIMIT ${STEP}`,
        )
        .pluck()
        .all(boot, monotonicMs);
  const sameBoot = tx
    .sql(
      `SELECT seq FROM ${MONOTONIC} WHERE ${PERISHABLE} AND clock_trusted = 0 AND boot = ?
       AND ${MONOTONIC_END} <= ? LIMIT ${STEP}`,
    )
    .pluck()
    .all(boot, monotonicMs);
  // Its age at acceptance is unknown; this boot alone may have outlasted it.
  const earlierBoot = clockTrusted
    ? tx
        .sql(
          `SELECT seq FROM ${MONOTONIC} WHERE ${PERISHABLE} AND clock_trusted = 0 AND boot < ?
           AND validity_seconds * 1000 <= ? LIMIT ${STEP}`,
        )
        .pluck()
        .all(boot, monotonicMs)
    : [];
  return [...byWall, ...sameBoot, ...earlierBoot] as number[];
}

function nextDue(tx: Tx, nowMs: number, clockTrusted: boolean, monotonicMs: number): number | null {
  const one = (sql: string, ...values: unknown[]): number | null =>
    tx
      .sql(sql)
      .pluck()
      .get(...values) as number | null;
  const wait = `SELECT min(wait_until_ms) FROM messages INDEXED BY messages_waiting WHERE wait_until_ms IS NOT NULL AND status = ?`;
  const monotonic = one(
    `SELECT min(${MONOTONIC_END}) FROM ${MONOTONIC} WHERE ${PERISHABLE} AND clock_trusted = 0`,
  );
  const times = [
    one(wait, 'queued'),
    clockTrusted ? one(wait, 'scheduled') : null,
    clockTrusted
      ? one(`SELECT min(${WALL_END}) FROM ${WALL} WHERE ${PERISHABLE} AND clock_trusted = 1`)
      : null,
    monotonic === null ? null : nowMs + Math.max(1_000, monotonic - monotonicMs),
  ].filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}
