import type { QueueStats } from '../contract.ts';
import type { Counters, Tx } from '../tx.ts';

/** How the queue stands, from the counters row and the ends of the ready index. */
export function queueStats(tx: Tx): QueueStats {
  const counters = tx.sql('SELECT * FROM counters').get() as Counters;
  return {
    queued: counters.ready + counters.backing_off,
    scheduled: counters.scheduled,
    sending: counters.sending,
    backingOff: counters.backing_off,
    uncertain: counters.uncertain,
    parts: counters.parts,
    oldestReadyAtMs: oldestReady(tx, [0, 1, 2]),
    oldestHighReadyAtMs: oldestReady(tx, [0]),
    totals: {
      accepted: counters.total_accepted,
      sent: counters.total_sent,
      partsSent: counters.total_parts_sent,
      delivered: counters.total_delivered,
      failed: counters.total_failed,
      inbound: counters.total_inbound,
    },
  };
}

/** Acceptance time of the first ready row over all lanes; hops from lane to lane by index. */
function oldestReady(tx: Tx, ranks: readonly number[]): number | null {
  const READY =
    "messages INDEXED BY messages_ready WHERE status = 'queued' AND wait_until_ms IS NULL";
  let oldest: number | null = null;
  let lane = tx.sql(`SELECT min(lane) FROM ${READY}`).pluck().get() as string | null;
  while (lane !== null) {
    for (const rank of ranks) {
      const atMs = tx
        .sql(
          `SELECT created_at_ms FROM ${READY} AND lane = ? AND rank = ?
           ORDER BY seq LIMIT 1`,
        )
        .pluck()
        .get(lane, rank) as number | undefined;
      oldest = atMs === undefined ? oldest : Math.min(oldest ?? atMs, atMs);
    }
    lane = tx.sql(`SELECT min(lane) FROM ${READY} AND lane > ?`).pluck().get(lane) as string | null;
  }
  return oldest;
}
