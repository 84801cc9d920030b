import { AT_ONCE, type ConditionSource, eachModem, modemsWhere, USUAL } from './condition.ts';

const DEAF = { send: 'no', receive: 'no' } as const;
const RECOVERY_DOWN_SECONDS = 180;
const LONGEST_NAME = 24;
const LONGEST_PORT = 36;

/** The program's name out of the sentence of a busy port, or null where nobody could be named. */
function holderOf(detail: string | null): string | null {
  const name = /in use by (.+?)(?: \(process \d+\))?\.$/.exec(detail ?? '')?.[1] ?? detail;
  return name === null || name === 'another program' ? null : clip(name, LONGEST_NAME);
}

/** A port as short as a sentence needs it: its end tells most. */
function shortPort(port: string | null): string | null {
  const path = port?.replace(/^serial:|\?.*$/g, '') ?? null;
  return path === null || path.length <= LONGEST_PORT ? path : `…${path.slice(-LONGEST_PORT)}`;
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Priorities 30–37: the modem itself. */
export const MODEM_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'modem-not-found',
    priority: 30,
    severity: 'down',
    lamps: DEAF,
    led: '2',
    hides: [
      [31, 58],
      [65, 67],
    ],
    ...USUAL,
    test: (facts) =>
      facts.worker.reported && facts.modems.length === 0
        ? [{ modem: null, params: {} }]
        : modemsWhere(
            facts,
            ({ snapshot }) =>
              snapshot.trouble === 'not-found' ||
              (snapshot.state === 'absent' && snapshot.trouble === null),
          ),
    en: 'No modem found.',
    id: 'Modem tidak ditemukan.',
    action: {
      en: 'Push the USB plug in firmly or try another port; wait 30 s.',
      id: 'Tekan colokan USB sampai rapat atau pindah port; tunggu 30 detik.',
    },
  },
  {
    code: 'modem-wrong-mode',
    priority: 31,
    severity: 'down',
    lamps: DEAF,
    led: '2',
    hides: [],
    enterSeconds: 30,
    leaveSeconds: 30,
    test: (facts) => modemsWhere(facts, ({ snapshot }) => snapshot.trouble === 'wrong-mode'),
    en: 'The modem still shows up as a CD drive.',
    id: 'Modem masih terbaca sebagai CD-ROM.',
    action: {
      en: 'Unplug it for 10 s, then plug it in again.',
      id: 'Cabut 10 detik, lalu colok lagi.',
    },
  },
  {
    code: 'modem-port-busy',
    priority: 32,
    severity: 'down',
    lamps: DEAF,
    led: '2',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot }) =>
        snapshot.trouble === 'port-busy'
          ? { params: { process: holderOf(snapshot.troubleDetail) } }
          : null,
      ),
    en: 'Another program ({process}) holds the modem port.',
    id: 'Port modem dipakai program lain ({process}).',
    action: {
      en: 'Stop {process} or restart the box.',
      id: 'Hentikan {process} atau mulai ulang alat.',
    },
  },
  {
    code: 'modem-port-moved',
    priority: 33,
    severity: 'down',
    lamps: DEAF,
    led: '2',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot }) =>
        snapshot.trouble === 'port-moved'
          ? { params: { found: shortPort(snapshot.troubleDetail) } }
          : null,
      ),
    en: 'The modem moved to another port ({found}).',
    id: 'Modem pindah ke port lain ({found}).',
    action: {
      en: 'Set the port to {found}; better: set it to auto.',
      id: 'Atur port ke {found}; lebih baik ke auto.',
    },
  },
  {
    code: 'modem-failed',
    priority: 34,
    severity: 'down',
    lamps: DEAF,
    led: '2',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot }) =>
        snapshot.state === 'failed' ? { params: { count: snapshot.recovery.count24h } } : null,
      ),
    en: 'The modem does not come back (restarts: {count}).',
    id: 'Modem tidak pulih setelah {count} kali dimulai ulang.',
    action: {
      en: 'Unplug it for 10 s; if it stays so, replace it.',
      id: 'Cabut 10 detik; jika tetap, ganti modem.',
    },
  },
  {
    code: 'modem-recovering',
    priority: 35,
    severity: 'degraded',
    lamps: { send: 'limited', receive: 'limited' },
    led: '2',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot: { state, recovery } }) => {
        if (state !== 'recovering') {
          return null;
        }
        const seconds = recovery.sinceSeconds ?? 0;
        const params = { rung: Math.max(1, recovery.rung), rungs: recovery.rungs };
        return seconds > RECOVERY_DOWN_SECONDS
          ? { params, severity: 'down', lamps: DEAF }
          : { params };
      }),
    en: 'The modem hung; it is being restarted (step {rung} of {rungs}).',
    id: 'Modem macet; sedang dimulai ulang (langkah {rung} dari {rungs}).',
    action: {
      en: 'Wait up to 3 min; leave it plugged in.',
      id: 'Tunggu sampai 3 menit; jangan dicabut.',
    },
  },
  {
    code: 'modem-silent',
    priority: 36,
    severity: 'down',
    lamps: DEAF,
    led: '2',
    hides: [],
    // The driver says so after 10 s without an answer, and stays silent for two looks at it.
    ...AT_ONCE,
    test: (facts) =>
      eachModem(facts, ({ snapshot: { state, sim } }) => {
        if (state === 'silent') {
          return { params: {} };
        }
        const stuck = state === 'starting' && (sim.state === 'unknown' || sim.state === 'ready');
        return stuck ? { params: {}, enterSeconds: 90 } : null;
      }),
    en: 'The modem is plugged in but does not answer.',
    id: 'Modem terpasang tetapi tidak menjawab.',
    action: {
      en: 'Wait 1 min; then unplug it for 10 s.',
      id: 'Tunggu 1 menit; lalu cabut 10 detik dan colok lagi.',
    },
  },
  {
    code: 'modem-unstable',
    priority: 37,
    severity: 'degraded',
    lamps: { send: 'limited' },
    led: '2',
    hides: [],
    ...AT_ONCE,
    test: (facts) =>
      eachModem(facts, ({ snapshot }) =>
        snapshot.recovery.count1h >= 3 ? { params: { count: snapshot.recovery.count1h } } : null,
      ),
    en: 'The modem dropped out {count} times this hour, mostly weak power.',
    id: 'Modem putus {count} kali dalam sejam; biasanya daya kurang.',
    action: {
      en: 'Use a 5 V 3 A supply or a powered USB hub.',
      id: 'Pakai adaptor 5 V 3 A atau hub USB berdaya.',
    },
  },
];
