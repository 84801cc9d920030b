/** Largest file that is taken; a card may hold anything under our names. */
export const FILE_LIMIT_BYTES = 65_536;

const UTF8_BOM = [0xef, 0xbb, 0xbf];
const UTF16_BOM = [0xff, 0xfe];

/**
 * What an editor on any system may have saved: UTF-8 with or without a mark, UTF-16 as older Notepads
 * write it, any line ends. Null when it is too large or no text.
 */
export function readText(data: Uint8Array): string | null {
  if (data.length > FILE_LIMIT_BYTES) {
    return null;
  }
  try {
    if (startsWith(data, UTF16_BOM)) {
      return new TextDecoder('utf-16le', { fatal: true }).decode(data);
    }
    const from = startsWith(data, UTF8_BOM) ? UTF8_BOM.length : 0;
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(from));
    return text.includes('\0') ? null : text.replaceAll('\r\n', '\n');
  } catch {
    return null;
  }
}

function startsWith(data: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((octet, index) => data[index] === octet);
}
