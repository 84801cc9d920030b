import { type ConditionSource, eachModem, modemsWhere, USUAL } from './condition.ts';

const DEAF = { send: 'no', receive: 'no' } as const;

/** Priorities 40–45: the SIM card. */
export const SIM_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'sim-missing',
    priority: 40,
    severity: 'down',
    lamps: DEAF,
    led: '3',
    hides: [
      [41, 58],
      [65, 67],
    ],
    ...USUAL,
    test: (facts) => modemsWhere(facts, ({ snapshot }) => snapshot.sim.state === 'missing'),
    en: 'No SIM card in the modem.',
    id: 'Kartu SIM belum terpasang.',
    action: {
      en: 'Insert it as drawn on the modem, then replug the modem.',
      id: 'Pasang sesuai gambar di modem, lalu cabut-colok modem.',
    },
  },
  {
    code: 'sim-failure',
    priority: 41,
    severity: 'down',
    lamps: DEAF,
    led: '3',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot: { sim, state } }) => {
        if (sim.state === 'failure') {
          return { params: {} };
        }
        return sim.state === 'unknown' && state === 'ready'
          ? { params: {}, enterSeconds: 60 }
          : null;
      }),
    en: 'The SIM cannot be read.',
    id: 'Kartu SIM tidak terbaca.',
    action: {
      en: 'Clean its gold contacts, reseat it, try it in a phone.',
      id: 'Bersihkan bagian kuningnya, pasang ulang, coba di HP.',
    },
  },
  {
    code: 'sim-blocked',
    priority: 42,
    severity: 'down',
    lamps: DEAF,
    led: '3',
    hides: [[43, 45]],
    ...USUAL,
    test: (facts) =>
      modemsWhere(
        facts,
        ({ snapshot: { sim } }) =>
          sim.state === 'blocked' || (sim.state === 'puk' && sim.pukTriesLeft === 0),
      ),
    en: 'The SIM is blocked for good.',
    id: 'Kartu SIM terblokir permanen.',
    action: {
      en: 'Get a replacement SIM from the operator.',
      id: 'Minta kartu pengganti di gerai operator.',
    },
  },
  {
    code: 'sim-puk-required',
    priority: 43,
    severity: 'down',
    lamps: DEAF,
    led: '3',
    hides: [[44, 45]],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot: { sim } }) =>
        sim.state === 'puk' && sim.pukTriesLeft !== 0
          ? { params: { tries: sim.pukTriesLeft } }
          : null,
      ),
    en: 'The SIM is locked and asks for the PUK (tries left: {tries}).',
    id: 'SIM terkunci; diminta PUK (sisa percobaan: {tries}).',
    action: {
      en: "Enter the PUK from the SIM's holder; never guess it.",
      id: 'Masukkan PUK dari bungkus kartu; jangan menebak.',
    },
  },
  {
    code: 'sim-pin-refused',
    priority: 44,
    severity: 'down',
    lamps: DEAF,
    led: '3',
    hides: [[45, 45]],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot: { sim, trouble } }) =>
        trouble === 'pin-refused' ? { params: { tries: sim.pinTriesLeft } } : null,
      ),
    en: 'The stored PIN is wrong (tries left: {tries}); it is not sent again.',
    id: 'PIN tersimpan salah (sisa percobaan: {tries}); tidak dicoba lagi.',
    action: { en: 'Enter the right PIN.', id: 'Masukkan PIN yang benar.' },
  },
  {
    code: 'sim-pin-required',
    priority: 45,
    severity: 'down',
    lamps: DEAF,
    led: '3',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot: { sim, trouble } }) =>
        sim.state === 'pin' && trouble !== 'pin-refused'
          ? { params: { tries: sim.pinTriesLeft } }
          : null,
      ),
    en: 'The SIM asks for its PIN (tries left: {tries}).',
    id: 'SIM meminta PIN (sisa percobaan: {tries}).',
    action: { en: 'Enter the PIN.', id: 'Masukkan PIN.' },
  },
];
