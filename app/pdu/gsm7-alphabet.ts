/** The septet that announces a character of the extension table (23.038 §6.2.1). */
const ESCAPE = 0x1b;

/**
 * The GSM 7-bit default alphabet, code 0x00 to 0x7F in order (23.038 §6.2.1). The place of ESCAPE
 * holds U+001B, which is no character of the alphabet.
 */
export const DEFAULT_TABLE: string =
  '@£$¥èéùìòÇ\nØø\rÅå' +
  'Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./' +
  '0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNO' +
  'PQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmno' +
  'pqrstuvwxyzäöñüà';

/** A single shift table: the character that a septet means after ESCAPE. */
export type ShiftTable = ReadonlyMap<number, string>;

/** The default extension table (23.038 §6.2.1.1): each of its characters costs two septets. */
export const DEFAULT_EXTENSION: ShiftTable = new Map([
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
]);

const EURO = 0x20ac;
/** Every other character of both tables lies below this code unit. */
const TABLE_END = 0x400;
const ABSENT = 0xffff;
const EXTENDED = 0x100;

/** By UTF-16 code unit: the septet, with EXTENDED set when ESCAPE goes before it, or ABSENT. */
const SEPTETS = new Uint16Array(TABLE_END).fill(ABSENT);
/** By UTF-16 code unit: septets needed, 0 when the alphabet lacks the character. */
const COSTS = new Uint8Array(TABLE_END);
for (let septet = 0; septet < DEFAULT_TABLE.length; septet += 1) {
  if (septet !== ESCAPE) {
    SEPTETS[DEFAULT_TABLE.charCodeAt(septet)] = septet;
    COSTS[DEFAULT_TABLE.charCodeAt(septet)] = 1;
  }
}
for (const [septet, character] of DEFAULT_EXTENSION) {
  if (character !== '€') {
    SEPTETS[character.charCodeAt(0)] = EXTENDED | septet;
    COSTS[character.charCodeAt(0)] = 2;
  }
}

/** Septets that a UTF-16 code unit needs: 1, 2 (extension table), or 0 when it can't be carried. */
export function septetCost(codeUnit: number): number {
  return codeUnit < TABLE_END ? (COSTS[codeUnit] ?? 0) : codeUnit === EURO ? 2 : 0;
}

/** Septets of the whole text, or −1 when a character of it is in neither table. */
export function countSeptets(text: string): number {
  let septets = 0;
  for (let index = 0; index < text.length; index += 1) {
    const cost = septetCost(text.charCodeAt(index));
    if (cost === 0) return -1;
    septets += cost;
  }
  return septets;
}

/** Index of the first character that is in neither table, or −1. */
export function firstForeignIndex(text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    if (septetCost(text.charCodeAt(index)) === 0) return index;
  }
  return -1;
}

/** One septet an octet, or null when a character of the text is in neither table. */
export function septetsOfText(text: string): Uint8Array | null {
  const length = countSeptets(text);
  if (length < 0) return null;
  const septets = new Uint8Array(length);
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const septet = code === EURO ? EXTENDED | 0x65 : (SEPTETS[code] ?? ABSENT);
    if (septet >= EXTENDED) {
      septets[at] = ESCAPE;
      at += 1;
    }
    septets[at] = septet & 0x7f;
    at += 1;
  }
  return septets;
}

/**
 * Septets (one an octet) to text. After ESCAPE, a code that the shift table lacks shows the
 * character of the main table; a second ESCAPE, or one at the end, shows a space (23.038 §6.2.1.1).
 */
export function textOfSeptets(
  septets: Uint8Array,
  main: string = DEFAULT_TABLE,
  shift: ShiftTable = DEFAULT_EXTENSION,
): string {
  let text = '';
  for (let index = 0; index < septets.length; index += 1) {
    const septet = (septets[index] ?? 0) & 0x7f;
    if (septet !== ESCAPE) {
      text += main.charAt(septet);
      continue;
    }
    index += 1;
    const shifted = septets[index];
    text +=
      shifted === undefined || shifted === ESCAPE
        ? ' '
        : (shift.get(shifted) ?? main.charAt(shifted & 0x7f));
  }
  return text;
}
