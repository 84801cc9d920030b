import { fieldsOf, lineWith, numberIn } from './fields.ts';

/** What `+CPIN?` says (27.007 §8.3). `other` is a lock we can't open, such as a network lock. */
export type PinState = 'ready' | 'pin' | 'puk' | 'other';

export function parsePinState(lines: readonly string[]): PinState | null {
  const line = lineWith(lines, '+CPIN:');
  if (line === null) {
    return null;
  }
  const word = line.slice('+CPIN:'.length).trim().replaceAll('"', '').toUpperCase();
  return word === 'READY'
    ? 'ready'
    : word === 'SIM PIN'
      ? 'pin'
      : word === 'SIM PUK'
        ? 'puk'
        : 'other';
}

export type SimErrorState = 'missing' | 'failure' | 'busy' | 'pin' | 'puk';

const CME_STATES: Readonly<Record<number, SimErrorState>> = {
  10: 'missing',
  11: 'pin',
  12: 'puk',
  13: 'failure',
  14: 'busy',
  15: 'failure',
};
const CMS_STATES: Readonly<Record<number, SimErrorState>> = {
  310: 'missing',
  311: 'pin',
  313: 'failure',
  314: 'busy',
  315: 'failure',
  316: 'puk',
};

/** What an error code says of the SIM (27.007 §9.2, 27.005 §3.2.5); null when it says nothing. */
export function simStateOfError(kind: 'cme' | 'cms', code: number): SimErrorState | null {
  return (kind === 'cme' ? CME_STATES : CMS_STATES)[code] ?? null;
}

/**
 * The number printed on the card, 18–20 digits starting with 89 (E.118), from `+CCID: …`, `+ICCID: …`,
 * bare digits or the swapped octets of `+CRSM: 144,0,"98…"`; null when there is none.
 */
export function parseIccid(lines: readonly string[]): string | null {
  for (const line of lines) {
    const restricted = line.startsWith('+CRSM:') ? (fieldsOf(line)[2] ?? '') : null;
    const text = restricted === null ? line : swapNibbles(restricted);
    const digits = /(?:^|[^0-9])(89\d{16,18})F?"?\s*$/i.exec(text)?.[1];
    if (digits !== undefined) {
      return digits;
    }
  }
  return null;
}

export interface TriesLeft {
  readonly pin: number | null;
  readonly puk: number | null;
}

/** How the remaining PIN tries are asked for, and where in the answer they stand. */
export interface TriesCommand {
  readonly command: string;
  readonly prefix: string;
  readonly shape:
    | 'named'
    | 'pin-pin2-puk-puk2'
    | 'pin-puk-pin2-puk2'
    | 'last-puk-pin-puk2-pin2'
    | 'pin-puk'
    | 'pin-only';
}

/** Reads the answer of a {@link TriesCommand}; what can't be read is null. */
export function parseTries(lines: readonly string[], how: TriesCommand): TriesLeft {
  if (how.shape === 'named') {
    const named = (name: string): number | null => {
      const line = lines.find((each) => each.startsWith(how.prefix) && fieldsOf(each)[0] === name);
      return line === undefined ? null : tries(fieldsOf(line)[1]);
    };
    return { pin: named('SIM PIN'), puk: named('SIM PUK') };
  }
  const line = lineWith(lines, how.prefix);
  if (line === null) {
    return { pin: null, puk: null };
  }
  const fields = fieldsOf(line);
  const at = (index: number): number | null => tries(fields.at(index));
  switch (how.shape) {
    case 'pin-pin2-puk-puk2':
      return { pin: at(0), puk: at(2) };
    case 'pin-puk-pin2-puk2':
      return { pin: at(0), puk: at(1) };
    case 'last-puk-pin-puk2-pin2':
      return fields.length >= 4 ? { pin: at(-3), puk: at(-4) } : { pin: null, puk: null };
    case 'pin-puk':
      return { pin: at(-2), puk: at(-1) };
    case 'pin-only':
      return { pin: at(0), puk: null };
  }
}

/** More than ten tries is no count of tries but some other field. */
function tries(field: string | undefined): number | null {
  const value = numberIn(field);
  return value !== null && value <= 10 ? value : null;
}

function swapNibbles(hex: string): string {
  return hex.replace(/(.)(.)/g, '$2$1');
}
