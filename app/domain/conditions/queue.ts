import { type ConditionSource, USUAL, when } from './condition.ts';
import { isAble, type StatusFacts } from './facts.ts';

/** Waiting for so long, and for so long no part left. The slowest rate, 1 a minute, moves sooner. */
const STALLED_SECONDS = 120;
/** After this many sends without an answer, that is what is told. */
const UNANSWERED_IN_ROW = 3;
const LONG_ETA_SECONDS = 600;
const HIGH_WAITS_SECONDS = 30;

/** A modem could take the oldest message now: nothing holds it. */
function idleModem(facts: StatusFacts): boolean {
  return facts.modems.some(({ snapshot }) => {
    const { holding, noAnswerInRow } = snapshot.sending;
    return isAble(snapshot) && holding === null && noAnswerInRow < UNANSWERED_IN_ROW;
  });
}

/** Priorities 60–63: the queue. */
export const QUEUE_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'queue-stalled',
    priority: 60,
    severity: 'down',
    lamps: { send: 'no' },
    led: '6',
    hides: [],
    enterSeconds: 60,
    leaveSeconds: 30,
    test: (facts) =>
      when(
        (facts.queue.oldestReadyAgeSeconds ?? 0) > STALLED_SECONDS &&
          (facts.queue.stillSeconds ?? 0) > STALLED_SECONDS &&
          idleModem(facts),
        { ageSeconds: facts.queue.oldestReadyAgeSeconds },
      ),
    en: 'Messages wait ({ageSeconds|age}) and none leaves, though the modem is ready.',
    id: 'Pesan menunggu ({ageSeconds|age}), tidak ada yang keluar; modem siap.',
    action: {
      en: 'Restart sending, then send the support bundle.',
      id: 'Mulai ulang pengirim, lalu kirim berkas bantuan.',
    },
  },
  {
    code: 'messages-uncertain',
    priority: 61,
    severity: 'degraded',
    lamps: {},
    led: '6',
    hides: [],
    ...USUAL,
    enterSeconds: 0,
    test: (facts) => when((facts.queue.uncertain ?? 0) > 0, { count: facts.queue.uncertain }),
    en: 'Messages that may or may not have been sent: {count}.',
    id: 'Pesan yang belum pasti terkirim: {count}.',
    action: {
      en: 'Decide about each: send again, count as sent, or cancel.',
      id: 'Putuskan tiap pesan: kirim lagi, anggap terkirim, atau batalkan.',
    },
  },
  {
    code: 'queue-near-limit',
    priority: 62,
    severity: 'degraded',
    lamps: {},
    led: '6',
    hides: [],
    ...USUAL,
    test: ({ queue: { depth, limit } }, { wasShown }) =>
      when(limit > 0 && depth >= limit * (wasShown(null) ? 0.7 : 0.8), {
        percent: Math.floor((100 * depth) / Math.max(1, limit)),
      }),
    en: 'The queue is {percent} % full.',
    id: 'Antrean terisi {percent} %.',
    action: {
      en: 'Slow the sending app or add a modem.',
      id: 'Perlambat aplikasi atau tambah modem.',
    },
  },
  {
    code: 'queue-backlog',
    priority: 63,
    severity: 'degraded',
    lamps: {},
    led: '6',
    hides: [],
    ...USUAL,
    test: ({ queue }) => {
      const { arrivalsPerMinute, departuresPerMinute, drainEtaSeconds } = queue;
      const grows =
        arrivalsPerMinute !== null &&
        departuresPerMinute !== null &&
        arrivalsPerMinute > departuresPerMinute &&
        (drainEtaSeconds ?? 0) > LONG_ETA_SECONDS;
      return when(grows || (queue.oldestHighAgeSeconds ?? 0) > HIGH_WAITS_SECONDS, {
        depth: queue.moving,
        etaSeconds: drainEtaSeconds,
      });
    },
    en: 'More comes in than goes out: {depth} wait, about {etaSeconds|eta}.',
    id: 'Masuk lebih banyak dari keluar: {depth} menunggu, ± {etaSeconds|eta}.',
    action: { en: 'Add a modem or slow the app.', id: 'Tambah modem atau perlambat aplikasi.' },
  },
];
