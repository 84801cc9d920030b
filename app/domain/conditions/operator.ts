import { AT_ONCE, type ConditionSource, eachModem, modemsWhere, USUAL } from './condition.ts';
import { isAble, isRegistered, type ModemFacts } from './facts.ts';

/** What networks answer when a prepaid card has run dry (CMS numbers). */
const CREDIT_CODES = [8, 21, 28, 30, 38, 50, 500];
/** Barring pure and simple. */
const BARRING_CODES = [10, 29, 69];
const FEWEST_REJECTIONS = 3;
/** So many refusals, and more than this share of the last 20 tries. */
const MANY_REJECTIONS = 6;
const REFUSED_SHARE = 0.3;

interface Rejections {
  readonly count: number;
  readonly cmsCode: number | null;
}

function rejections({ snapshot: { sending } }: ModemFacts): Rejections {
  const match = /^cms-(\d+)/.exec(sending.lastErrorCode ?? '');
  return { count: sending.rejectedInRow, cmsCode: match === null ? null : Number(match[1]) };
}

/** Refusals in a row at several numbers with a good signal: it is the SIM, not a recipient. */
function looksLikeCredit(modem: ModemFacts): Rejections | null {
  const found = rejections(modem);
  const { csq } = modem.snapshot.radio;
  return found.count >= FEWEST_REJECTIONS &&
    found.cmsCode !== null &&
    CREDIT_CODES.includes(found.cmsCode) &&
    modem.snapshot.sending.rejectedRecipients >= 2 &&
    isRegistered(modem.snapshot) &&
    (csq === null || csq === 99 || csq >= 7)
    ? found
    : null;
}

function looksBarred(modem: ModemFacts): Rejections | null {
  const found = rejections(modem);
  const barring =
    found.count >= FEWEST_REJECTIONS &&
    found.cmsCode !== null &&
    BARRING_CODES.includes(found.cmsCode);
  return barring ? found : modem.postpaid ? looksLikeCredit(modem) : null;
}

/** Priorities 54–58, 64 and 65: what the operator allows, and the SIM's SMS memory. */
export const OPERATOR_CONDITIONS: readonly ConditionSource[] = [
  {
    code: 'smsc-missing',
    priority: 54,
    severity: 'down',
    lamps: { send: 'no' },
    led: '5',
    hides: [],
    ...USUAL,
    test: (facts) =>
      modemsWhere(
        facts,
        ({ snapshot }) =>
          snapshot.trouble === 'smsc-missing' || snapshot.sending.lastErrorCode === 'cms-330',
      ),
    en: 'The SMS centre number is missing.',
    id: 'Nomor SMS center kosong.',
    action: {
      en: 'Set the SMS centre number of the operator.',
      id: 'Isi nomor SMS center dari operator.',
    },
  },
  {
    code: 'sms-barred',
    priority: 55,
    severity: 'down',
    lamps: { send: 'no' },
    led: '5',
    hides: [[56, 57]],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, (modem) => {
        const found = looksBarred(modem);
        return found === null ? null : { params: { ...found } };
      }),
    en: 'The operator does not let this SIM send SMS (CMS {cmsCode}).',
    id: 'Operator tidak mengizinkan SIM ini kirim SMS (CMS {cmsCode}).',
    action: {
      en: 'Ask the operator to open SMS for this number.',
      id: 'Minta operator membuka layanan SMS nomor ini.',
    },
  },
  {
    code: 'credit-suspected',
    priority: 56,
    severity: 'down',
    lamps: { send: 'no' },
    led: '5',
    hides: [[57, 57]],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, (modem) => {
        const found = modem.postpaid ? null : looksLikeCredit(modem);
        return found === null ? null : { params: { ...found } };
      }),
    en: 'The last {count} SMS were rejected; probably out of credit (CMS {cmsCode}).',
    id: '{count} SMS terakhir ditolak; pulsa mungkin habis (CMS {cmsCode}).',
    action: {
      en: 'Check the balance, top up, then send a test SMS.',
      id: 'Cek pulsa dan masa aktif, isi ulang, lalu kirim SMS uji.',
    },
  },
  {
    code: 'send-rejecting',
    priority: 57,
    severity: 'degraded',
    lamps: { send: 'limited' },
    led: '5',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, (modem) => {
        const { recentTries, recentRefused, recentRefusalCode } = modem.snapshot.sending;
        return recentRefused >= MANY_REJECTIONS &&
          recentRefused > REFUSED_SHARE * recentTries &&
          isRegistered(modem.snapshot)
          ? { params: { count: recentRefused, tries: recentTries, errorCode: recentRefusalCode } }
          : null;
      }),
    en: 'Of the last {tries} SMS the operator refused {count} ({errorCode|code}).',
    id: 'Dari {tries} SMS terakhir, {count} ditolak operator ({errorCode|code}).',
    action: {
      en: 'Wait 10 min; then try the SIM in a phone.',
      id: 'Tunggu 10 menit; lalu coba SIM di HP.',
    },
  },
  {
    code: 'send-no-answer',
    priority: 58,
    severity: 'down',
    lamps: { send: 'no' },
    led: '5',
    hides: [],
    ...USUAL,
    test: (facts) =>
      eachModem(facts, ({ snapshot }) =>
        snapshot.sending.noAnswerInRow >= FEWEST_REJECTIONS && isRegistered(snapshot)
          ? { params: { count: snapshot.sending.noAnswerInRow } }
          : null,
      ),
    en: 'Connected, but the last {count} SMS got no answer.',
    id: 'Terhubung, tetapi {count} SMS terakhir tanpa jawaban.',
    action: {
      en: 'Restart the modem; decide about the uncertain messages.',
      id: 'Mulai ulang modem; putuskan pesan yang belum pasti.',
    },
  },
  {
    code: 'rate-cap-reached',
    priority: 64,
    severity: 'degraded',
    lamps: { send: 'no' },
    led: '6',
    hides: [],
    ...USUAL,
    test: (facts) => {
      const able = facts.modems.filter((modem) => isAble(modem.snapshot));
      const capped = able.filter(
        ({ snapshot: { sending } }) =>
          sending.holding === 'daily-cap' ||
          (sending.dailyCap !== null && sending.sentToday >= sending.dailyCap),
      );
      const first = capped[0]?.snapshot.sending;
      return first === undefined
        ? []
        : [
            {
              modem: null,
              params: { cap: first.dailyCap, at: first.capResetsAt },
              lamps: { send: capped.length === able.length ? 'no' : 'limited' },
            },
          ];
    },
    en: "Today's limit of {cap} SMS is reached; it goes on at {at|time}.",
    id: 'Batas {cap} SMS hari ini tercapai; lanjut pukul {at|time}.',
    action: {
      en: 'Raise the limit if the operator allows it.',
      id: 'Naikkan batas bila operator mengizinkan.',
    },
  },
  {
    code: 'sim-storage-full',
    priority: 65,
    severity: 'degraded',
    lamps: { receive: 'no' },
    led: '5',
    hides: [],
    enterSeconds: 60,
    leaveSeconds: AT_ONCE.leaveSeconds,
    test: (facts) =>
      eachModem(facts, ({ snapshot: { sim, sending } }) => {
        if (sending.lastErrorCode === 'cms-322') {
          return { params: {}, enterSeconds: 0 };
        }
        const full =
          sim.storageUsed !== null &&
          sim.storageTotal !== null &&
          sim.storageTotal > 0 &&
          sim.storageUsed >= sim.storageTotal;
        return full ? { params: {} } : null;
      }),
    en: "The SIM's SMS memory is full; nothing can come in.",
    id: 'Memori SMS di SIM penuh; SMS masuk tertahan.',
    action: {
      en: 'Empty the SMS memory of the SIM (only what is stored here).',
      id: 'Kosongkan memori SMS di SIM (hanya yang sudah disimpan).',
    },
  },
];
