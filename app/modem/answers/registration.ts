import type { Registration } from '../../domain/modem-snapshot.ts';
import { fieldsOf, numberIn } from './fields.ts';

export type RegistrationDomain = 'CREG' | 'CGREG' | 'CEREG';
export type Access = '2G' | '3G' | '4G' | '5G';

/** One registration line, as an answer or as an unsolicited one (27.007 §7.2, §10.1.20, §10.1.22). */
export interface RegistrationReading {
  readonly domain: RegistrationDomain;
  /** The raw `<stat>`, 0–10. */
  readonly stat: number;
  readonly lac: string | null;
  readonly cell: string | null;
  readonly access: Access | null;
}

const LINE = /^\+(CREG|CGREG|CEREG):/;

/**
 * Reads `+CREG: <n>,<stat>[,…]` (`answer` true) or `+CREG: <stat>[,…]` (an unsolicited line); null
 * when it is neither.
 */
export function parseRegistration(line: string, answer: boolean): RegistrationReading | null {
  const domain = LINE.exec(line)?.[1] as RegistrationDomain | undefined;
  if (domain === undefined) {
    return null;
  }
  const fields = fieldsOf(line);
  const rest = answer && fields.length > 1 ? fields.slice(1) : fields;
  const stat = numberIn(rest[0]);
  if (stat === null) {
    return null;
  }
  return {
    domain,
    stat,
    lac: hexWord(rest[1]),
    cell: hexWord(rest[2]),
    access: accessOf(numberIn(rest[3])),
  };
}

/** Whether `line` is the answer to `+CREG?` and not an unsolicited line that came meanwhile. */
export function isRegistrationAnswer(line: string): boolean {
  // Unsolicited: <stat>[,"lac",…]; the answer begins with two numbers.
  return LINE.test(line) && /^\+\w+:\s*\d+\s*,\s*\d+\s*(,|$)/.test(line);
}

/** 27.007 §7.2 `<AcT>`. */
export function accessOf(act: number | null): Access | null {
  switch (act ?? -1) {
    case 0:
    case 1:
    case 3:
      return '2G';
    case 2:
    case 4:
    case 5:
    case 6:
      return '3G';
    case 7:
    case 8:
    case 9:
      return '4G';
    case 10:
    case 11:
    case 12:
    case 13:
      return '5G';
    default:
      return null;
  }
}

const MEANING: Readonly<Record<number, Registration>> = {
  0: 'off',
  1: 'home',
  2: 'searching',
  3: 'denied',
  4: 'unknown',
  5: 'roaming',
  6: 'sms-only',
  7: 'roaming',
  8: 'emergency',
  9: 'home',
  10: 'roaming',
};

export function registrationOf(stat: number): Registration {
  return MEANING[stat] ?? 'unknown';
}

/** Best first: on LTE the circuit-switched side stays unregistered while SMS works (over SGs or IMS). */
const PREFERENCE: readonly Registration[] = [
  'home',
  'sms-only',
  'roaming',
  'searching',
  'denied',
  'emergency',
  'unknown',
  'off',
];

/** The domain whose state decides whether SMS can be sent; null without any reading. */
export function bestRegistration(
  readings: readonly RegistrationReading[],
): RegistrationReading | null {
  const rank = (reading: RegistrationReading): number =>
    PREFERENCE.indexOf(registrationOf(reading.stat));
  return readings.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}

function hexWord(field: string | undefined): string | null {
  return field !== undefined && /^[0-9A-Fa-f]{1,8}$/.test(field) ? field.toUpperCase() : null;
}
