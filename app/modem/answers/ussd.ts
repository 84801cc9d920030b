import { fieldsOf, numberIn } from './fields.ts';

export interface UssdAnswer {
  /** `<m>` of 27.007 §7.15: 0 done, 1 the network waits for a reply, 2 ended, 3 elsewhere, 4 not supported, 5 timed out. */
  readonly mode: number;
  /** Null when the network sent no text. */
  readonly text: string | null;
}

/** Turns packed or plain GSM 7-bit octets into text; handed in from the codec. */
export type Unpack = (octets: Uint8Array) => string;

/**
 * Reads `+CUSD: m[,"text"[,dcs]]`. The text is plain, UCS2 hex, or packed 7-bit hex, by `<dcs>` and by
 * what it looks like: families differ.
 */
export function parseUssd(line: string, packed: boolean, unpack: Unpack): UssdAnswer | null {
  const [mode, text, dcs] = fieldsOf(line);
  const m = numberIn(mode);
  if (!line.startsWith('+CUSD:') || m === null) {
    return null;
  }
  if (text === undefined || text === '') {
    return { mode: m, text: null };
  }
  return { mode: m, text: decode(text, numberIn(dcs) ?? 15, packed, unpack).slice(0, 1_000) };
}

function decode(text: string, dcs: number, packed: boolean, unpack: Unpack): string {
  if (!/^([0-9A-Fa-f]{2})+$/.test(text)) {
    return text;
  }
  const octets = Buffer.from(text, 'hex');
  const ucs2 = (dcs & 0xcc) === 0x48 || dcs === 17 || (dcs & 0xec) === 0x08;
  if (ucs2 && octets.length % 2 === 0) {
    return Buffer.from(octets).swap16().toString('utf16le');
  }
  // A short run of digits may be the text itself (a balance); packed families never write plain.
  return packed ? unpack(octets) : /^(00[0-9A-Fa-f]{2})+$/.test(text) ? ucs2Text(octets) : text;
}

function ucs2Text(octets: Buffer): string {
  return Buffer.from(octets).swap16().toString('utf16le');
}
