import type { Encoding } from '../domain/message.ts';

/** How user data is written: two text alphabets, or octets without one. */
export type TextEncoding = Encoding | '8bit';

/** TP-DCS (23.038 §4). */
export interface CodingScheme {
  readonly alphabet: TextEncoding;
  /** Compressed text (23.042), which no known handset sends; its octets are kept as they are. */
  readonly compressed: boolean;
  /** 0 flash, 1 handset, 2 SIM, 3 terminal, or null. */
  readonly messageClass: 0 | 1 | 2 | 3 | null;
  /** The sender asks that the SMS be deleted once it was read. */
  readonly autoDelete: boolean;
  /** A message waiting indication: its kind, whether something waits, whether the text is kept. */
  readonly waiting: {
    readonly kind: 'voice' | 'fax' | 'email' | 'other';
    readonly active: boolean;
    readonly store: boolean;
  } | null;
}

const WAITING_KINDS = ['voice', 'fax', 'email', 'other'] as const;
const GENERAL_ALPHABETS = ['gsm7', '8bit', 'ucs2', 'gsm7'] as const;
const NOTHING_SPECIAL = {
  compressed: false,
  messageClass: null,
  autoDelete: false,
  waiting: null,
} as const;

/** TP-DCS in the general group; flash is class 0. */
export function encodeCodingScheme(alphabet: TextEncoding, flash: boolean): number {
  const bits = { gsm7: 0x00, '8bit': 0x04, ucs2: 0x08 }[alphabet];
  return flash ? 0x10 | bits : bits;
}

/** Never fails: reserved codes read as the default alphabet, as 23.038 §4 asks. */
export function decodeCodingScheme(tpDcs: number): CodingScheme {
  const group = tpDcs >> 4;
  if (group < 0x8) {
    return {
      alphabet: pick(GENERAL_ALPHABETS, tpDcs >> 2),
      compressed: (tpDcs & 0x20) !== 0,
      messageClass: (tpDcs & 0x10) === 0 ? null : classOf(tpDcs),
      autoDelete: group >= 0x4,
      waiting: null,
    };
  }
  if (group < 0xc) return { ...NOTHING_SPECIAL, alphabet: 'gsm7' };
  if (group === 0xf) {
    const alphabet = (tpDcs & 0x04) === 0 ? 'gsm7' : '8bit';
    return { ...NOTHING_SPECIAL, alphabet, messageClass: classOf(tpDcs) };
  }
  return {
    ...NOTHING_SPECIAL,
    alphabet: group === 0xe ? 'ucs2' : 'gsm7',
    waiting: {
      kind: pick(WAITING_KINDS, tpDcs),
      active: (tpDcs & 0x08) !== 0,
      store: group !== 0xc,
    },
  };
}

function classOf(tpDcs: number): 0 | 1 | 2 | 3 {
  return pick([0, 1, 2, 3] as const, tpDcs);
}

/** The value at the two lowest bits of `index`. */
function pick<T>(values: readonly [T, T, T, T], index: number): T {
  const [zero, one, two, three] = values;
  const low = index & 0x3;
  return low === 0 ? zero : low === 1 ? one : low === 2 ? two : three;
}
