import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { canTransition, MESSAGE_STATUSES, type MessageStatus } from '../../app/domain/message.ts';
import { type Connection, openWriter } from '../../app/outbox/connection.ts';
import { migrate } from '../../app/outbox/index.ts';
import { Tx } from '../../app/outbox/tx.ts';
import { enqueue } from '../../app/outbox/verbs/enqueue.ts';
import { type AnyVerb, WRITE_VERBS, type WriteVerbs } from '../../app/outbox/verbs/verb-table.ts';
import { MODEM, newMessage, tempFolder } from './fixtures.ts';

let temp: ReturnType<typeof tempFolder>;
let db: Connection;
beforeEach(() => {
  temp = tempFolder();
  migrate(temp.file);
  db = openWriter(temp.file);
  db.pragma('synchronous = OFF');
});
afterEach(() => {
  db.close();
  temp.remove();
});

const START_MS = Date.UTC(2026, 10, 21);
const ACCEPTANCE = { boot: 1, monotonicMs: 0, maxDepth: 60 };

/** One step: a verb, the message and part it is aimed at, and how it is varied. */
const step = fc.record({
  verb: fc.constantFrom(
    'enqueue',
    'enqueue',
    'handOver',
    'handOver',
    'handOver',
    'takeBack',
    'recordSent',
    'recordSent',
    'retry',
    'fail',
    'uncertain',
    'resendUncertain',
    'report',
    'undelivered',
    'resolve',
    'cancel',
    'expire',
    'wakeDue',
    'requeueInterrupted',
    'purge',
  ),
  pick: fc.nat(5),
  part: fc.integer({ min: 1, max: 3 }),
  vary: fc.nat(2),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function call(tx: Tx, ids: string[], { verb, pick, part, vary }: Step, nowMs: number): void {
  const at = { atMs: nowMs, bootId: 'b', monotonicMs: nowMs - START_MS };
  const seq = Math.max(1, ids.length - pick);
  const id = ids[seq - 1] ?? ids[0] ?? '00000000-0000-7000-8000-000000000000';
  const ref = { seq, part, modem: MODEM, at };
  const run = (name: keyof WriteVerbs, args: object): void => {
    try {
      tx.attempt(() => (WRITE_VERBS[name] as AnyVerb)(tx, args as never));
    } catch (error) {
      // Aimed at a message or part that is not there; a wrong transition is never excused.
      const excused = ['message-gone', 'outbox-misuse'];
      if (!(error instanceof GatewayError) || !excused.includes(error.code)) {
        throw error;
      }
    }
  };
  const reportArgs = {
    modem: MODEM,
    iccid: null,
    reference: part,
    recipient: '6289610707901',
    serviceCentreAtMs: nowMs,
    dischargedAtMs: null,
    tpSt: 0,
    pdu: '',
    at,
  };
  switch (verb) {
    case 'enqueue': {
      const message = newMessage({
        segments: 1 + vary,
        createdAtMs: nowMs,
        sendAtMs: pick === 1 ? nowMs + 5_000 : null,
        validitySeconds: pick === 2 ? 20 : null,
      });
      const messages = pick === 3 ? [message, newMessage({ createdAtMs: nowMs })] : [message];
      const result = enqueue(tx, { messages, idempotency: null }, ACCEPTANCE);
      ids.push(...('ids' in result ? result.ids : []));
      break;
    }
    case 'handOver':
      run('handOver', { ...ref, iccid: null, concatReference: vary, lastReference: null });
      break;
    case 'takeBack':
      run('takeBack', ref);
      break;
    case 'recordSent':
      run('recordSent', { ...ref, reference: part });
      break;
    case 'retry':
    case 'fail': {
      const next =
        verb === 'fail'
          ? { kind: 'fail' }
          : { kind: 'requeue', waitUntilMs: vary === 0 ? null : nowMs + 3_000 };
      run('recordFailure', { ...ref, code: 'cms-38', spendsAttempt: vary > 0, next });
      break;
    }
    case 'uncertain':
      run('recordUncertain', { ...ref, code: 'no-answer', next: { kind: 'hold' } });
      break;
    case 'resendUncertain': {
      const next = { kind: 'resend', waitUntilMs: nowMs + 2_000 };
      run('recordUncertain', { ...ref, code: 'no-answer', next });
      break;
    }
    case 'report':
      run('recordReport', { ...reportArgs, outcome: vary === 0 ? 'pending' : 'delivered' });
      break;
    case 'undelivered':
      run('recordReport', { ...reportArgs, outcome: 'undelivered', tpSt: 0x40 });
      break;
    case 'resolve':
      run('resolve', { id, action: ['resend', 'sent', 'cancel'][vary], actor: 'a', at });
      break;
    case 'cancel':
      run('cancel', { id, actor: 'a', at });
      break;
    case 'expire':
      run('expire', { seq, at });
      break;
    case 'wakeDue':
      run('wakeDue', { nowMs, clockTrusted: vary > 0, at });
      break;
    case 'requeueInterrupted':
      run('requeueInterrupted', { at, only: null });
      break;
    case 'purge':
      run('purgeStep', { beforeMs: nowMs - 60_000, afterSeq: 0, nowMs });
      break;
  }
}

/** What the counters that follow the table must say, counted from the table. */
function counted(): object {
  const rows = db.prepare('SELECT * FROM messages').all() as {
    status: MessageStatus;
    wait_until_ms: number | null;
    segments: number;
    parts_sent: number;
  }[];
  const of = (test: (row: (typeof rows)[number]) => boolean): number => rows.filter(test).length;
  return {
    ready: of((row) => row.status === 'queued' && row.wait_until_ms === null),
    backing_off: of((row) => row.status === 'queued' && row.wait_until_ms !== null),
    scheduled: of((row) => row.status === 'scheduled'),
    sending: of((row) => row.status === 'sending'),
    uncertain: of((row) => row.status === 'uncertain'),
    parts: rows
      .filter((row) => ['queued', 'scheduled', 'sending'].includes(row.status))
      .reduce((sum, row) => sum + row.segments - row.parts_sent, 0),
  };
}

test('after any sequence of verbs the counters say what counting says', () => {
  const known = new Set<string>(MESSAGE_STATUSES);
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      if (db.inTransaction) {
        db.exec('ROLLBACK');
      }
      for (const table of ['messages', 'parts', 'events', 'event_outbox', 'boots']) {
        db.exec(`DELETE FROM ${table}`);
      }
      db.exec(`DELETE FROM counters; INSERT INTO counters (one) VALUES (1)`);
      const tx = new Tx(db);
      const ids: string[] = [];
      let nowMs = START_MS;
      for (const one of steps) {
        nowMs += 1_000;
        db.exec('BEGIN IMMEDIATE');
        tx.begin(nowMs, true);
        const before = statuses();
        call(tx, ids, one, nowMs);
        tx.finish();
        db.exec('COMMIT');
        for (const [seq, status] of statuses()) {
          const was = before.get(seq);
          assert.ok(known.has(status));
          assert.ok(
            was === undefined || was === status || reaches(was, status),
            `${was} ${status}`,
          );
        }
        const row = db
          .prepare('SELECT ready, backing_off, scheduled, sending, uncertain, parts FROM counters')
          .get();
        assert.deepEqual({ ...(row as object) }, counted(), one.verb);
      }
      invariants();
    }),
    { numRuns: 400 },
  );
});

function statuses(): Map<number, MessageStatus> {
  const rows = db.prepare('SELECT seq, status FROM messages').all() as {
    seq: number;
    status: MessageStatus;
  }[];
  return new Map(rows.map((row) => [row.seq, row.status]));
}

/** One verb may take several steps of the table of transitions. */
function reaches(from: MessageStatus, to: MessageStatus, steps = 3): boolean {
  return (
    canTransition(from, to) ||
    (steps > 0 &&
      MESSAGE_STATUSES.some(
        (middle) => canTransition(from, middle) && reaches(middle, to, steps - 1),
      ))
  );
}

function invariants(): void {
  const one = (sql: string): number => db.prepare(sql).pluck().get() as number;
  assert.equal(
    one(`SELECT count(*) FROM messages WHERE wait_until_ms IS NOT NULL
         AND status NOT IN ('queued', 'scheduled')`),
    0,
    'only waiting rows wait',
  );
  assert.equal(
    one(`SELECT count(*) FROM messages AS m WHERE parts_sent <> (SELECT count(*) FROM parts
         WHERE message_seq = m.seq AND status IN ('sent', 'delivered', 'undelivered'))`),
    0,
    'parts_sent counts the parts',
  );
  assert.equal(
    one(`SELECT count(*) FROM messages AS m WHERE (ended_at_ms IS NOT NULL) <>
         (status IN ('sent', 'delivered', 'undelivered', 'failed', 'expired', 'canceled'))`),
    0,
    'an end is stamped once it is one',
  );
  assert.equal(
    one(`SELECT count(*) FROM messages AS m WHERE status = 'uncertain' AND NOT EXISTS (SELECT 1
         FROM parts WHERE message_seq = m.seq AND status = 'uncertain')`),
    0,
    'an uncertain message has an uncertain part',
  );
}
