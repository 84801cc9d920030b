import { type ConditionSource, type TestContext, when } from './condition.ts';
import { isAble, type StatusFacts } from './facts.ts';

const DAY_MS = 24 * 3_600_000;

/** When an SMS was last sent, as ISO text, or null. */
export function lastSentAt(facts: StatusFacts): string | null {
  return newest([
    facts.lastSentAt,
    ...facts.modems.map((modem) => modem.snapshot.sending.lastSentAt),
  ]);
}

/** When any modem last received an SMS, as ISO text, or null. */
export function lastReceivedAt(facts: StatusFacts): string | null {
  return newest(facts.modems.map((modem) => modem.snapshot.sending.lastReceivedAt));
}

/** An SMS left in the last day: the only proof that sending works. */
export function isProven(facts: StatusFacts): boolean {
  const at = lastSentAt(facts);
  return at !== null && facts.nowMs - Date.parse(at) < DAY_MS;
}

function newest(times: readonly (string | null)[]): string | null {
  return times.reduce<string | null>(
    (best, at) => (at !== null && (best === null || Date.parse(at) > Date.parse(best)) ? at : best),
    null,
  );
}

/** Nothing worse is on show, and a modem says that it is ready: only then may a word of "ok" fall. */
function fine(facts: StatusFacts, { shown }: TestContext): boolean {
  const troubled = shown.some(
    ({ severity, code }) => severity === 'down' || severity === 'degraded' || code === 'starting',
  );
  return !troubled && facts.worker.reported && facts.modems.length > 0;
}

/** A modem is ready now, or was until a moment ago and its trouble has not held long enough to show. */
function works(facts: StatusFacts, { pending }: TestContext): boolean {
  return isProven(facts) && (pending || facts.modems.some((modem) => isAble(modem.snapshot)));
}

const CALM = { lamps: {}, led: 'ok', hides: [], enterSeconds: 0, leaveSeconds: 0 } as const;

/** Priorities 97–99: what is left when nothing is wrong. Tested last. */
export const FINE_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'ok-unproven',
    priority: 97,
    severity: 'info',
    ...CALM,
    lamps: { send: 'unknown' },
    test: (facts, context) => when(fine(facts, context) && !works(facts, context)),
    en: 'Ready, but no SMS was sent in the last day.',
    id: 'Siap, tetapi belum ada SMS terkirim sehari ini.',
    action: {
      en: 'Send a test SMS to be sure.',
      id: 'Kirim SMS uji untuk memastikan.',
    },
  },
  {
    code: 'ok-sending',
    priority: 98,
    severity: 'ok',
    ...CALM,
    test: (facts, context) =>
      when(fine(facts, context) && works(facts, context) && facts.queue.moving > 0, {
        depth: facts.queue.moving,
        etaSeconds: facts.queue.drainEtaSeconds,
      }),
    en: 'Works; in the queue: {depth}, done in about {etaSeconds|eta}.',
    id: 'Berjalan baik; dalam antrean: {depth}, selesai ± {etaSeconds|eta}.',
    action: { en: 'Nothing to do.', id: 'Tidak perlu apa-apa.' },
  },
  {
    code: 'ok',
    priority: 99,
    severity: 'ok',
    ...CALM,
    test: (facts, context) =>
      when(fine(facts, context) && works(facts, context) && facts.queue.moving === 0, {
        lastSentAt: lastSentAt(facts),
      }),
    en: 'Everything works; last SMS {lastSentAt|ago}.',
    id: 'Semua berjalan baik; SMS terakhir {lastSentAt|ago}.',
    action: { en: 'Nothing to do.', id: 'Tidak perlu apa-apa.' },
  },
];
