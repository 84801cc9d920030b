const REPLACEMENT = 0xfffd;

export function isHighSurrogate(codeUnit: number): boolean {
  return (codeUnit & 0xfc00) === 0xd800;
}

export function isLowSurrogate(codeUnit: number): boolean {
  return (codeUnit & 0xfc00) === 0xdc00;
}

/** The text with U+FFFD in place of each surrogate that has no partner; same length. */
export function wellFormed(text: string): string {
  let result = '';
  let copied = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code & 0xf800) !== 0xd800) continue;
    if (isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(index + 1))) {
      index += 1;
      continue;
    }
    result += `${text.slice(copied, index)}\ufffd`;
    copied = index + 1;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** UTF-16BE, which is what handsets put into "UCS2" (23.038 §6.2.3); lone surrogates as U+FFFD. */
export function octetsOfUcs2(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2);
  for (let index = 0; index < text.length; index += 1) {
    let code = text.charCodeAt(index);
    if (isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(index + 1))) {
      octets[2 * index] = code >> 8;
      octets[2 * index + 1] = code & 0xff;
      index += 1;
      code = text.charCodeAt(index);
    } else if ((code & 0xf800) === 0xd800) {
      code = REPLACEMENT;
    }
    octets[2 * index] = code >> 8;
    octets[2 * index + 1] = code & 0xff;
  }
  return octets;
}

/** `lossy` when a surrogate had no partner or an odd octet was left over. */
export function textOfUcs2(octets: Uint8Array): { readonly text: string; readonly lossy: boolean } {
  let raw = '';
  for (let index = 0; index + 1 < octets.length; index += 2) {
    raw += String.fromCharCode(((octets[index] ?? 0) << 8) | (octets[index + 1] ?? 0));
  }
  const text = wellFormed(raw);
  return { text, lossy: text !== raw || octets.length % 2 !== 0 };
}
