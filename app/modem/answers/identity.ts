import { fieldsOf } from './fields.ts';

/** First line of an identity answer without the prefix some modems put before it; null when empty. */
export function parseIdentityText(lines: readonly string[]): string | null {
  const text = lines
    .map((line) =>
      line.replace(/^(\+\w+|Manufacturer|Model|Revision)\s*:\s*/i, '').replaceAll('"', ''),
    )
    .map((line) => line.trim())
    .find((line) => line !== '');
  return text === undefined ? null : text.slice(0, 80);
}

/** The 15 digits of `+CGSN` with a right check digit (23.003 §6.2.1), or 14, 16 or 17 digits; else null. */
export function parseImei(lines: readonly string[]): string | null {
  for (const line of lines) {
    const digits = /^(?:\+\w+:\s*)?"?(\d{14,17})"?\s*$/.exec(line.trim())?.[1];
    if (digits !== undefined && (digits.length !== 15 || luhn(digits))) {
      return digits;
    }
  }
  return null;
}

/** 14–15 digits of the subscriber (27.007 §5.6); the first five or six name the home network. */
export function parseImsi(lines: readonly string[]): string | null {
  return lines.map((line) => /^"?(\d{14,15})"?$/.exec(line.trim())?.[1]).find(Boolean) ?? null;
}

export interface OperatorReading {
  /** Long or short name, or null when not registered. */
  readonly name: string | null;
  /** Five or six digits, when the modem answered in the numeric format. */
  readonly plmn: string | null;
  readonly act: string | null;
}

/** `+COPS: mode[,format,"name"[,AcT]]` (27.007 §7.3). */
export function parseOperator(lines: readonly string[]): OperatorReading | null {
  const line = lines.find((each) => each.startsWith('+COPS:'));
  if (line === undefined) {
    return null;
  }
  const [, format, name, act] = fieldsOf(line);
  const text = name === undefined || name === '' ? null : name;
  const numeric = text !== null && (format === '2' || /^\d{5,6}$/.test(text));
  return {
    name: numeric || text === null ? null : readableName(text),
    plmn: numeric ? text : null,
    act: act ?? null,
  };
}

/** The service centre of `+CSCA: "+62…",145`; null when it is empty. */
export function parseServiceCentre(lines: readonly string[]): string | null {
  const line = lines.find((each) => each.startsWith('+CSCA:'));
  const number = line === undefined ? '' : (fieldsOf(line)[0] ?? '');
  // With +CSCS="UCS2" the digits come as four hex digits each.
  const plain = /^(00[23][0-9B])+$/i.test(number) ? fromUcs2(number) : number;
  return /^\+?\d{3,20}$/.test(plain) ? plain : null;
}

function readableName(text: string): string {
  return text.length >= 8 && /^(00[2-7][0-9A-Fa-f])+$/.test(text)
    ? fromUcs2(text)
    : text.slice(0, 40);
}

function fromUcs2(hex: string): string {
  return Buffer.from(hex, 'hex').swap16().toString('utf16le');
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
