/**
 * Locking and single shift tables of the languages 4 to 13 (23.038 Annex A.2.4–A.2.13 and
 * A.3.4–A.3.13). All have the same frame of signs, digits and Latin letters; the nine Indic ones also
 * fill it in the order of their Unicode block, so only what differs is written down.
 */

/** Marks a place of the frame that each language fills on its own. */
const PLACE = '·';
const LOCKING_FRAME =
  '··········\n··\r··' +
  '···········\u001b····' +
  ' !······)(··,·.·' +
  '0123456789:;···?' +
  '················' +
  '················' +
  '·abcdefghijklmno' +
  'pqrstuvwxyz·····';
/** Places at 0x19, 0x1A, 0x1C–0x27, 0x2A–0x2E, 0x30–0x3B and 0x3F. */
const SINGLE_FRAME =
  '@£$¥¿"¤%&\'\f*+\r-/' +
  '<=>¡^¡_#*··\u001b····' +
  '········{}·····\\' +
  '············[~]·' +
  '|ABCDEFGHIJKLMNO' +
  'PQRSTUVWXYZ     ' +
  '     €          ' +
  '                ';
/** An unused place. */
const NOTHING = ' ';

/** What an Indic block puts into the locking frame, in order, before its six last places. */
const INDIC_ORDER = '01-03 05-39 3c-4d';

interface IndicLanguage {
  readonly language: number;
  /** First code point of its Unicode block. */
  readonly block: number;
  /** Offsets of INDIC_ORDER without a character; their places stay empty. */
  readonly absent: string;
  /** Offsets for 0x60 and 0x7B–0x7F. */
  readonly last: string;
  /** Code points for the single shift frame. */
  readonly single: string;
}

const INDIC: readonly IndicLanguage[] = [
  {
    language: 4, // Bengali
    block: 0x980,
    absent: '0d 0e 11 12 29 31 33-35 45 46 49 4a',
    last: '4e 57 5c 5d 70 71',
    single: '09e6-09ef 09df-09e3 09f2-09fa',
  },
  {
    language: 5, // Gujarati
    block: 0xa80,
    absent: '0e 12 29 31 34 46 4a',
    last: '50 60-63 71',
    single: '0964 0965 0ae6-0aef',
  },
  {
    language: 6, // Hindi
    block: 0x900,
    absent: '',
    last: '50 72 7b 7c 7e 7f',
    single: '0964-096f 0951-0954 0958-0963 0970 0971',
  },
  {
    language: 7, // Kannada
    block: 0xc80,
    absent: '01 0d 11 29 34 45 49',
    last: '55 56 60-63',
    single: '0964 0965 0ce6-0cef 0cde 0cf1 0cf2',
  },
  {
    language: 8, // Malayalam
    block: 0xd00,
    absent: '01 0d 11 29 3c 45 49',
    last: '57 60-63 79',
    single: '0964 0965 0d66-0d75 0d7a-0d7f',
  },
  {
    language: 9, // Oriya
    block: 0xb00,
    absent: '0d 0e 11 12 29 31 34 45 46 49 4a',
    last: '56 57 60-63',
    single: '0964 0965 0b66-0b6f 0b5c 0b5d 0b5f 0b70 0b71',
  },
  {
    language: 10, // Punjabi
    block: 0xa00,
    absent: '0b-0e 11 12 29 31 34 37 3d 43-46 49 4a',
    last: '51 70-74',
    single: '0964 0965 0a66-0a6f 0a59-0a5c 0a5e 0a75',
  },
  {
    language: 11, // Tamil
    block: 0xb80,
    absent: '01 0b-0d 11 16-18 1b 1d 20-22 25-27 2b-2d 3c 3d 43-45 49',
    last: '50 57 70-72 79',
    single: '0964 0965 0be6-0bef 0bf3-0bf8 0bfa',
  },
  {
    language: 12, // Telugu
    block: 0xc00,
    absent: '0d 11 29 34 3c 45 49',
    last: '55 56 60-63',
    single: '20 20 0c66-0c6f 0c58 0c59 0c78-0c7f',
  },
];

const URDU = 13;
const URDU_LOCKING =
  '0627 0622 0628 067b 0680 067e 06a6 062a 06c2 067f 0679 067d 067a 067c ' +
  '062b 062c 0681 0684 0683 0685-0687 062d-062f 068c 0688-068a ' +
  '068f 068d 0630 0631 0691 0693 0699 0632 0696 0698 069a 0633 0634 ' +
  '0635-0639 0641 0642 06a9-06ab 06af 06b3 06b1 0644-0646 ' +
  '06ba-06bc 0648 06c4 06d5 06c1 06be 0621 06cc 06d0 06d2 064d 0650 064f 0657 ' +
  '0654 0655 0651 0653 0656 0670';
const URDU_SINGLE =
  '0600 0601 06f0-06f9 060c-0614 061b 061f 0640 0652 0658 066b 066c 0672 0673 06cd 06d4';

/** By language identifier: 128 characters in code order. */
export const ASIAN_LOCKING: ReadonlyMap<number, string> = new Map([
  ...INDIC.map((indic) => [indic.language, indicLocking(indic)] as const),
  [URDU, filled(LOCKING_FRAME, points(URDU_LOCKING))],
]);

/** The same for the codes after an escape; a blank is no character of the table. */
export const ASIAN_SINGLE: ReadonlyMap<number, string> = new Map([
  ...INDIC.map(({ language, single }) => [language, filled(SINGLE_FRAME, points(single))] as const),
  [URDU, filled(SINGLE_FRAME, points(URDU_SINGLE))],
]);

function indicLocking({ block, absent, last }: IndicLanguage): string {
  const missing = new Set(points(absent));
  const codes = points(INDIC_ORDER).map((offset) => (missing.has(offset) ? 0x20 : block + offset));
  return filled(LOCKING_FRAME, [...codes, ...points(last).map((offset) => block + offset)]);
}

/** Hex numbers and ranges of them, both ends included. */
function points(text: string): number[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word) => {
      const [first = 0, last = first] = word.split('-').map((hex) => Number.parseInt(hex, 16));
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

function filled(frame: string, codes: readonly number[]): string {
  let used = 0;
  return frame.replaceAll(PLACE, () => {
    const code = codes[used];
    used += 1;
    return code === undefined ? NOTHING : String.fromCharCode(code);
  });
}
