import { AT_ONCE, type ConditionSource, eachModem, modemsWhere, USUAL } from './condition.ts';
import { isRegistered, type ModemFacts } from './facts.ts';

const DEAF = { send: 'no', receive: 'no' } as const;
const SEARCH_DOWN_SECONDS = 180;
const WEAK_CSQ = 7;
const STRONG_AGAIN_CSQ = 9;

/** The radio's readings mean something: the modem answers and its SIM is open. */
function radioSpeaks({ snapshot }: ModemFacts): boolean {
  return (
    snapshot.state === 'ready' || (snapshot.state === 'starting' && snapshot.sim.state === 'ready')
  );
}

/** Priorities 50–53, 66, 67: signal and registration. */
export const NETWORK_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'network-denied',
    priority: 50,
    severity: 'down',
    lamps: DEAF,
    led: '4',
    hides: [
      [51, 53],
      [66, 66],
    ],
    ...USUAL,
    test: (facts) =>
      modemsWhere(facts, (modem) => {
        const { registration } = modem.snapshot.radio;
        return radioSpeaks(modem) && (registration === 'denied' || registration === 'emergency');
      }),
    en: 'The operator refuses this SIM or this modem.',
    id: 'Operator menolak SIM atau modem ini.',
    action: {
      en: 'Check that the SIM is registered and active and the IMEI too; try the SIM in a phone.',
      id: 'Cek registrasi dan masa aktif SIM, juga IMEI modem; coba SIM di HP.',
    },
  },
  {
    code: 'signal-none',
    priority: 51,
    severity: 'down',
    lamps: DEAF,
    led: '4',
    hides: [
      [52, 53],
      [66, 66],
    ],
    enterSeconds: 60,
    leaveSeconds: 30,
    test: (facts) =>
      modemsWhere(facts, (modem) => {
        const { csq, rsrpDbm } = modem.snapshot.radio;
        const nothing = csq === 0 || csq === 1 || (csq === 99 && rsrpDbm === null);
        return radioSpeaks(modem) && nothing && !isRegistered(modem.snapshot);
      }),
    en: 'No signal.',
    id: 'Tidak ada sinyal.',
    action: {
      en: 'Tighten the antenna; move it to a window or outside.',
      id: 'Kencangkan antena; pindahkan ke jendela atau luar.',
    },
  },
  {
    code: 'network-not-registered',
    priority: 52,
    severity: 'down',
    lamps: DEAF,
    led: '4',
    hides: [],
    enterSeconds: 60,
    leaveSeconds: 30,
    test: (facts) =>
      modemsWhere(facts, (modem) => {
        const { registration } = modem.snapshot.radio;
        return radioSpeaks(modem) && (registration === 'off' || registration === 'unknown');
      }),
    en: 'Not connected to an operator, and not searching for one.',
    id: 'Belum terhubung ke operator dan tidak mencari.',
    action: {
      en: 'Restart the modem; check that the SIM is active.',
      id: 'Mulai ulang modem; cek SIM masih aktif.',
    },
  },
  {
    code: 'network-searching',
    priority: 53,
    severity: 'degraded',
    lamps: DEAF,
    led: '4',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, (modem) => {
        const { registration, registrationSinceSeconds } = modem.snapshot.radio;
        if (!radioSpeaks(modem) || registration !== 'searching') {
          return null;
        }
        const params = { seconds: registrationSinceSeconds };
        return (registrationSinceSeconds ?? 0) > SEARCH_DOWN_SECONDS
          ? { params, severity: 'down' }
          : { params };
      }),
    en: 'Looking for the operator (for {seconds|age}).',
    id: 'Mencari jaringan operator (sudah {seconds|age}).',
    action: {
      en: 'Wait up to 3 min, then check antenna and SIM.',
      id: 'Tunggu sampai 3 menit, lalu cek antena dan SIM.',
    },
  },
  {
    code: 'signal-weak',
    priority: 66,
    severity: 'degraded',
    lamps: { send: 'limited' },
    led: '4',
    hides: [],
    ...AT_ONCE,
    test: (facts, { wasShown }) =>
      eachModem(facts, (modem) => {
        const { csqMedian5min, signalDbm } = modem.snapshot.radio;
        const limit = wasShown(modem.snapshot.id) ? STRONG_AGAIN_CSQ : WEAK_CSQ;
        return csqMedian5min !== null && csqMedian5min < limit && radioSpeaks(modem)
          ? { params: { signalDbm: signalDbm ?? 2 * csqMedian5min - 113 } }
          : null;
      }),
    en: 'Weak signal ({signalDbm} dBm); SMS may fail.',
    id: 'Sinyal lemah ({signalDbm} dBm); SMS bisa gagal.',
    action: { en: 'Move the antenna.', id: 'Pindahkan antena.' },
  },
  {
    code: 'network-roaming',
    priority: 67,
    severity: 'degraded',
    lamps: { send: 'no' },
    led: '4',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot, roamingAllowed }) =>
        snapshot.radio.registration === 'roaming' && !roamingAllowed
          ? { params: { operator: snapshot.radio.operator } }
          : null,
      ),
    en: 'Roaming on {operator}; sending waits, since SMS may cost more.',
    id: 'Roaming di {operator}; pengiriman ditahan, SMS bisa lebih mahal.',
    action: {
      en: 'Check that this is intended, then allow roaming for the modem.',
      id: 'Pastikan memang begitu, lalu izinkan roaming untuk modem ini.',
    },
  },
];
