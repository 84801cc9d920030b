import Database from 'better-sqlite3';

export interface Filling {
  /** Messages that ended, most of them delivered, with parts, timeline and public events. */
  readonly finished: number;
  /** Messages that wait to be sent, all ready. */
  readonly queued: number;
  /** Received messages. */
  readonly inbound: number;
  /** Of this boot, so that validity and order are as if the gateway had accepted them. */
  readonly bootId: string;
  readonly nowMs: number;
}

/** One in ten finished messages went to this recipient. */
export const BUSY_RECIPIENT = '+6281100000000';
/** A recipient of about a dozen messages. */
export const RARE_RECIPIENT = '+6281200000042';
/** A reference that about a hundred messages share. */
export const SHARED_REFERENCE = 'order-7';

const STEP = 50_000;
const STEP_MS = 2_000;
const SETTLED = `CASE n % 50 WHEN 0 THEN 'failed' WHEN 1 THEN 'expired' WHEN 2 THEN 'canceled'
  WHEN 3 THEN 'undelivered' WHEN 4 THEN 'sent' ELSE 'delivered' END`;

/**
 * Writes a large history straight into the tables of a migrated, closed database: rows as the verbs
 * leave them, indexes, counters and all. A test of size needs it; the program never does this.
 */
export function fillDatabase(file: string, filling: Filling): void {
  const db = new Database(file);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = OFF');
    db.pragma('cache_size = -200000');
    const boot = bootOf(db, filling);
    const counters = db.prepare('SELECT * FROM counters').get() as Record<string, number>;
    const firstSeq = Number(counters['next_seq']);
    const total = filling.finished + filling.queued;
    const startMs = filling.nowMs - total * STEP_MS;
    const context = { boot, firstSeq, startMs };
    for (let from = 0; from < filling.finished; from += STEP) {
      const to = Math.min(from + STEP, filling.finished);
      db.transaction(() => addFinished(db, from, to, context))();
    }
    for (let from = filling.finished; from < total; from += STEP) {
      const to = Math.min(from + STEP, total);
      db.transaction(() => addQueued(db, from, to, context))();
    }
    db.transaction(() => addInbound(db, filling))();
    db.transaction(() => count(db, filling, firstSeq))();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

interface Context {
  readonly boot: number;
  readonly firstSeq: number;
  readonly startMs: number;
}

const NUMBERS =
  'WITH RECURSIVE k(n) AS (SELECT CAST(@from AS INTEGER) UNION ALL SELECT n + 1 FROM k WHERE n + 1 < @to)';
const UUID = (ms: string): string =>
  `unhex(printf('%012x7%03x8%03x%012x', ${ms}, abs(random() % 4096), abs(random() % 4096), abs(random() % 281474976710656)))`;
const RECIPIENT = `iif(n % 10 = 0, '${BUSY_RECIPIENT}', printf('+62812%08d', n % 80000))`;
const AT = `(@startMs + n * ${STEP_MS})`;
const COLUMNS = `seq, id, status, rank, lane, attempts, parts_sent, sent_modem, sent_at_ms, delivered_at_ms,
  ended_at_ms, error_code, created_at_ms, boot, monotonic_ms, clock_trusted, recipient, encoding,
  segments, flash, delivery_report, on_uncertain, key_name, reference, body`;
const COMMON = `${AT}, @boot, n, 1, ${RECIPIENT}, 'gsm7', 1, 0, 1, 'hold', 'bench',
  iif(n % 10 = 3, 'order-' || (n % 10000 / 10), NULL), 'Kode Anda 123456'`;

function addFinished(db: Database.Database, from: number, to: number, context: Context): void {
  const range = { from, to, ...context };
  db.prepare(
    `${NUMBERS} INSERT INTO messages (${COLUMNS})
     SELECT @firstSeq + n, ${UUID(AT)}, ${SETTLED}, 1, '', 1, iif(n % 50 < 3, 0, 1), 'modem1',
       iif(n % 50 < 3, NULL, ${AT} + 1000), iif(n % 50 > 4, ${AT} + 2000, NULL), ${AT} + 1000,
       iif(n % 50 = 0, 'cms-28', NULL), ${COMMON} FROM k`,
  ).run(range);
  db.prepare(
    `${NUMBERS} INSERT INTO parts (message_seq, number, status, modem, iccid, digits, reference,
       handed_over_at_ms, sent_at_ms, reported_at_ms, tp_st)
     SELECT @firstSeq + n, 1, iif(n % 50 > 4, 'delivered', iif(n % 50 = 3, 'undelivered', 'sent')),
       'modem1', '8962', substr(${RECIPIENT}, 2), n % 256, ${AT}, ${AT} + 1000, ${AT} + 2000, 0
     FROM k WHERE n % 50 > 2`,
  ).run(range);
  db.prepare(
    `${NUMBERS} INSERT INTO events SELECT @firstSeq + n, e.column1 + n * 8, e.column2, NULL,
       'part 1 of 1, modem1', ${AT} + e.column1 * 300, @boot, n
     FROM k, (VALUES (1, 'sending'), (2, 'sent'), (4, 'delivered')) AS e`,
  ).run(range);
  db.prepare(
    `${NUMBERS} INSERT INTO event_outbox SELECT e.column1 + n * 8, e.column2,
       lower(hex(randomblob(16))), '{"status":"delivered","errorCode":null,"partsSent":1}', ${AT}
     FROM k, (VALUES (3, 'message.sent'), (5, 'message.delivered')) AS e`,
  ).run(range);
}

function addQueued(db: Database.Database, from: number, to: number, context: Context): void {
  db.prepare(
    `${NUMBERS} INSERT INTO messages (${COLUMNS})
     SELECT @firstSeq + n, ${UUID(AT)}, 'queued', 1, '', 0, 0, NULL, NULL, NULL, NULL, NULL, ${COMMON}
     FROM k`,
  ).run({ from, to, ...context });
}

function addInbound(db: Database.Database, { inbound, nowMs }: Filling): void {
  db.prepare(
    `${NUMBERS} INSERT INTO inbound SELECT n + 1, ${UUID('@startMs + n')}, ${RECIPIENT}, 'Ya', @startMs + n,
       NULL, 'modem1', 1, 1, 'gsm7', 0 FROM k`,
  ).run({ from: 0, to: inbound, startMs: nowMs - inbound });
}

function count(db: Database.Database, filling: Filling, firstSeq: number): void {
  const { finished, queued, inbound, nowMs } = filling;
  const per50 = finished / 50;
  db.prepare(
    `UPDATE counters SET next_seq = @nextSeq, next_event = @nextEvent, newest_at_ms = @nowMs,
       ready = ready + @queued, parts = parts + @queued,
       total_accepted = total_accepted + @total, total_sent = total_sent + @sent,
       total_parts_sent = total_parts_sent + @sent, total_delivered = total_delivered + @delivered,
       total_failed = total_failed + @failed, total_inbound = total_inbound + @inbound`,
  ).run({
    nextSeq: firstSeq + finished + queued,
    nextEvent: (finished + 1) * 8,
    nowMs,
    queued,
    total: finished + queued,
    sent: Math.round(per50 * 47),
    delivered: Math.round(per50 * 45),
    failed: Math.round(per50),
    inbound,
  });
}

function bootOf(db: Database.Database, { bootId, nowMs }: Filling): number {
  db.prepare('INSERT INTO boots (boot_id, seen_at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING').run(
    bootId,
    nowMs,
  );
  return db.prepare('SELECT boot FROM boots WHERE boot_id = ?').pluck().get(bootId) as number;
}
