import { DEFAULT_EXTENSION, DEFAULT_TABLE, type ShiftTable } from './gsm7-alphabet.ts';

/** The tables that a text of 7-bit characters is read with. */
export interface LanguageTables {
  readonly main: string;
  readonly shift: ShiftTable;
  /** A named language has no table here; the default one stands in. */
  readonly lossy: boolean;
}

const TURKISH = 1;
const SPANISH = 2;
const PORTUGUESE = 3;

/** Locking shift tables replace the default alphabet (23.038 Annex A.3). */
const LOCKING: ReadonlyMap<number, string> = new Map([
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
  [TURKISH, extended({ 71: 'Ğ', 73: 'İ', 83: 'Ş', 99: 'ç', 103: 'ğ', 105: 'ı', 115: 'ş' })],
  [
    SPANISH,
    extended({
      9: 'ç',
      65: 'Á',
      73: 'Í',
      79: 'Ó',
      85: 'Ú',
      97: 'á',
      105: 'í',
      111: 'ó',
      117: 'ú',
    }),
  ],
  [
    PORTUGUESE,
    extended({
      5: 'ê',
      9: 'ç',
      11: 'Ô',
      12: 'ô',
      14: 'Á',
      15: 'á',
      18: 'Φ',
      19: 'Γ',
      21: 'Ω',
      22: 'Π',
      23: 'Ψ',
      24: 'Σ',
      25: 'Θ',
      31: 'Ê',
      65: 'À',
      73: 'Í',
      79: 'Ó',
      85: 'Ú',
      91: 'Ã',
      92: 'Õ',
      97: 'Â',
      105: 'í',
      111: 'ó',
      117: 'ú',
      123: 'ã',
      124: 'õ',
      127: 'â',
    }),
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
function extended(characters: Readonly<Record<number, string>>): ShiftTable {
  const own = Object.entries(characters).map(
    ([septet, character]) => [Number(septet), character] as const,
  );
  return new Map([...DEFAULT_EXTENSION, ...own]);
}
