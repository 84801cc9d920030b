/** The values of `AT+CSCS` that the modem knows (27.007 §5.5). */
export const CHARACTER_SETS: readonly string[] = ['IRA', 'GSM', 'UCS2', 'HEX', '8859-1', 'UTF-8'];

/** A text argument as the chosen character set spells it. */
export function encodeString(text: string, cscs: string): string {
  switch (cscs) {
    case 'UCS2':
      return Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase();
    case 'HEX':
      return Buffer.from(text, 'latin1').toString('hex').toUpperCase();
    default:
      return text;
  }
}

/** The reverse; what is not hex where hex was due stays as it is. */
export function decodeString(text: string, cscs: string): string {
  if (cscs === 'UCS2' && /^([0-9a-f]{4})+$/i.test(text)) {
    return Buffer.from(text, 'hex').swap16().toString('utf16le');
  }
  if (cscs === 'HEX' && /^([0-9a-f]{2})+$/i.test(text)) {
    return Buffer.from(text, 'hex').toString('latin1');
  }
  return text;
}
