import { GatewayError } from '../domain/gateway-error.ts';
import type { Encoding, EncodingChoice } from '../domain/message.ts';
import { firstSafeCut } from './cluster-cut.ts';
import { countSeptets, firstForeignIndex, septetCost } from './gsm7-alphabet.ts';
import { wellFormed } from './ucs2.ts';

export interface SegmentOptions {
  /** `auto` takes GSM 7-bit when it can carry the text unchanged, else UCS2. */
  readonly encoding: EncodingChoice;
  /** Width of the concatenation reference; 16 leaves one unit less a part. Default 8. */
  readonly referenceBits?: 8 | 16;
}

export interface Segmentation {
  readonly encoding: Encoding;
  /** The text of part i+1 at index i; joined they are the text. One empty part for an empty text. */
  readonly parts: readonly string[];
  /** Septets (gsm7) or UTF-16 code units (ucs2) of the whole text. */
  readonly units: number;
  /** Units still free in the last part. */
  readonly unitsLeft: number;
  readonly unitsPerPart: number;
}

/** Units of one SMS alone, and of each of several (140 octets less the header, 23.040 §9.2.3.24.1). */
const GSM7_SINGLE = 160;
const GSM7_PART = { 8: 153, 16: 152 } as const;
const UCS2_SINGLE = 70;
const UCS2_PART = { 8: 67, 16: 66 } as const;

/**
 * Cuts a text into the parts that each fit one SMS. An escape pair or a surrogate pair is never
 * split; a character with its combining marks or joiners stays whole where that costs no extra part.
 * The same text and options always give the same cuts, so that a half-sent message can go on.
 * A lone surrogate becomes U+FFFD. Throws `text-not-gsm7` when `gsm7` was demanded in vain.
 */
export function segmentText(text: string, options: SegmentOptions): Segmentation {
  if (options.encoding !== 'ucs2') {
    const units = countSeptets(text);
    if (units >= 0) {
      return units <= GSM7_SINGLE
        ? single('gsm7', text, units, GSM7_SINGLE)
        : cutGsm7(text, units, GSM7_PART[options.referenceBits ?? 8]);
    }
    if (options.encoding === 'gsm7') throw notGsm7(text);
  }
  const whole = wellFormed(text);
  return whole.length <= UCS2_SINGLE
    ? single('ucs2', whole, whole.length, UCS2_SINGLE)
    : cutUcs2(whole, UCS2_PART[options.referenceBits ?? 8]);
}

/** The error for a text that the GSM 7-bit alphabet can't carry; it names the character. */
export function notGsm7(text: string): GatewayError {
  const position = firstForeignIndex(text);
  const code = (text.codePointAt(position) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return new GatewayError(
    'text-not-gsm7',
    `The character U+${code} at position ${position + 1} is not in the GSM 7-bit alphabet; use encoding auto or ucs2.`,
    { retry: 'never', context: { position } },
  );
}

function single(
  encoding: Encoding,
  text: string,
  units: number,
  unitsPerPart: number,
): Segmentation {
  return { encoding, parts: [text], units, unitsLeft: unitsPerPart - units, unitsPerPart };
}

function cutGsm7(text: string, units: number, unitsPerPart: number): Segmentation {
  const parts: string[] = [];
  let start = 0;
  let used = 0;
  for (let index = 0; index < text.length; index += 1) {
    const cost = septetCost(text.charCodeAt(index));
    if (used + cost > unitsPerPart) {
      parts.push(text.slice(start, index));
      start = index;
      used = 0;
    }
    used += cost;
  }
  parts.push(text.slice(start));
  return { encoding: 'gsm7', parts, units, unitsLeft: unitsPerPart - used, unitsPerPart };
}

function cutUcs2(text: string, unitsPerPart: number): Segmentation {
  const plain = cutAt(text, unitsPerPart, false);
  const whole = cutAt(text, unitsPerPart, true);
  const parts = whole.length <= plain.length ? whole : plain;
  const unitsLeft = unitsPerPart - (parts.at(-1)?.length ?? 0);
  return { encoding: 'ucs2', parts, units: text.length, unitsLeft, unitsPerPart };
}

function cutAt(text: string, unitsPerPart: number, keepClusters: boolean): string[] {
  const parts: string[] = [];
  let start = 0;
  while (text.length - start > unitsPerPart) {
    const end = firstSafeCut(text, start, start + unitsPerPart, keepClusters);
    parts.push(text.slice(start, end));
    start = end;
  }
  parts.push(text.slice(start));
  return parts;
}
