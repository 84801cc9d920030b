import { DEFAULT_EXTENSION, DEFAULT_TABLE, type ShiftTable } from './gsm7-alphabet.ts';
import { ASIAN_LOCKING, ASIAN_SINGLE } from './national-tables-asia.ts';

/** The tables that a text of 7-bit characters is read with. */
export interface LanguageTables {
  readonly main: string;
  readonly shift: ShiftTable;
  /** A named language has no such table; the default one stands in. */
  readonly lossy: boolean;
}

const TURKISH = 1;
const SPANISH = 2;
const PORTUGUESE = 3;

/** Locking shift tables replace the default alphabet (23.038 Annex A.3). */
const LOCKING: ReadonlyMap<number, string> = new Map([
  ...ASIAN_LOCKING,
  [
    TURKISH,
    '@£$¥€éùıòÇ\nĞğ\rÅå' +
      'Δ_ΦΓΛΩΠΨΣΘΞ\u001bŞşßÉ' +
      ' !"#¤%&\'()*+,-./' +
      '0123456789:;<=>?' +
      'İABCDEFGHIJKLMNO' +
      'PQRSTUVWXYZÄÖÑÜ§' +
      'çabcdefghijklmno' +
      'pqrstuvwxyzäöñüà',
  ],
  [
    PORTUGUESE,
    '@£$¥êéúíóç\nÔô\rÁá' +
      'Δ_ªÇÀ∞^\\€Ó|\u001bÂâÊÉ' +
      ' !"#º%&\'()*+,-./' +
      '0123456789:;<=>?' +
      'ÍABCDEFGHIJKLMNO' +
      'PQRSTUVWXYZÃÕÚÜ§' +
      '~abcdefghijklmno' +
      'pqrstuvwxyzãõ`üà',
  ],
]);

/** Single shift tables replace the extension table (23.038 Annex A.2). */
const SINGLE: ReadonlyMap<number, ShiftTable> = new Map([
  ...Array.from(
    ASIAN_SINGLE,
    ([language, table]) => [language, extended(Array.from(table).entries())] as const,
  ),
  [
    TURKISH,
    extended([
      [0x47, 'Ğ'],
      [0x49, 'İ'],
      [0x53, 'Ş'],
      [0x63, 'ç'],
      [0x67, 'ğ'],
      [0x69, 'ı'],
      [0x73, 'ş'],
    ]),
  ],
  [
    SPANISH,
    extended([
      [0x09, 'ç'],
      [0x41, 'Á'],
      [0x49, 'Í'],
      [0x4f, 'Ó'],
      [0x55, 'Ú'],
      [0x61, 'á'],
      [0x69, 'í'],
      [0x6f, 'ó'],
      [0x75, 'ú'],
    ]),
  ],
  [
    PORTUGUESE,
    extended([
      [0x05, 'ê'],
      [0x09, 'ç'],
      [0x0b, 'Ô'],
      [0x0c, 'ô'],
      [0x0e, 'Á'],
      [0x0f, 'á'],
      [0x12, 'Φ'],
      [0x13, 'Γ'],
      [0x15, 'Ω'],
      [0x16, 'Π'],
      [0x17, 'Ψ'],
      [0x18, 'Σ'],
      [0x19, 'Θ'],
      [0x1f, 'Ê'],
      [0x41, 'À'],
      [0x49, 'Í'],
      [0x4f, 'Ó'],
      [0x55, 'Ú'],
      [0x5b, 'Ã'],
      [0x5c, 'Õ'],
      [0x61, 'Â'],
      [0x69, 'í'],
      [0x6f, 'ó'],
      [0x75, 'ú'],
      [0x7b, 'ã'],
      [0x7c, 'õ'],
      [0x7f, 'â'],
    ]),
  ],
]);

/** Tables for the language identifiers of a header (23.038 §6.2.1.2.4); 0 names none. */
export function languageTables(lockingShift: number, singleShift: number): LanguageTables {
  const main = LOCKING.get(lockingShift);
  const shift = SINGLE.get(singleShift);
  return {
    main: main ?? DEFAULT_TABLE,
    shift: shift ?? DEFAULT_EXTENSION,
    lossy: (main === undefined && lockingShift !== 0) || (shift === undefined && singleShift !== 0),
  };
}

/** These tables keep every code of the default extension table and add their own. */
function extended(characters: Iterable<readonly [number, string]>): ShiftTable {
  const own = Array.from(characters).filter(([, character]) => character !== ' ');
  return new Map([...DEFAULT_EXTENSION, ...own]);
}
