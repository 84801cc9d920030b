import type { OctetReader } from './octets.ts';
import { decodeTimestamp, digits, TIMESTAMP_OCTETS } from './timestamps.ts';

/** TP-VP, how long the service centre keeps trying (23.040 §9.2.3.12). */
export type Validity =
  | { readonly kind: 'none' }
  | { readonly kind: 'relative'; readonly seconds: number }
  /** `atMs` is null when the date can't be read. */
  | { readonly kind: 'absolute'; readonly atMs: number | null }
  /** `seconds` is null when no period was given. `singleShot`: one attempt to deliver, no more. */
  | { readonly kind: 'enhanced'; readonly seconds: number | null; readonly singleShot: boolean };

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/**
 * The relative octet for at least `seconds`: 5 minutes to 63 weeks, rounded up to the next step
 * that the octet can say, cut off at both ends.
 */
export function encodeRelativeValidity(seconds: number): number {
  if (seconds <= 12 * HOUR) return Math.max(0, Math.ceil(seconds / (5 * MINUTE)) - 1);
  if (seconds <= 24 * HOUR) return 143 + Math.ceil((seconds - 12 * HOUR) / (30 * MINUTE));
  if (seconds <= 30 * DAY) return 166 + Math.ceil(seconds / DAY);
  return Math.min(255, 192 + Math.ceil(seconds / WEEK));
}

function decodeRelativeValidity(octet: number): number {
  if (octet <= 143) return (octet + 1) * 5 * MINUTE;
  if (octet <= 167) return 12 * HOUR + (octet - 143) * 30 * MINUTE;
  if (octet <= 196) return (octet - 166) * DAY;
  return (octet - 192) * WEEK;
}

/** Reads TP-VP as the format bits of the first octet (TP-VPF, 23.040 §9.2.3.3) say. */
export function decodeValidity(reader: OctetReader, firstOctet: number): Validity {
  switch ((firstOctet >> 3) & 0x3) {
    case 0:
      return { kind: 'none' };
    case 2:
      return { kind: 'relative', seconds: decodeRelativeValidity(reader.octet('TP-VP')) };
    case 3: {
      const time = decodeTimestamp(reader.take(TIMESTAMP_OCTETS, 'TP-VP'));
      return { kind: 'absolute', atMs: time?.atMs ?? null };
    }
    default:
      return decodeEnhanced(reader.take(TIMESTAMP_OCTETS, 'TP-VP'));
  }
}

/** 23.040 §9.2.3.12.3: an indicator octet, then a period in one of three forms, then zeros. */
function decodeEnhanced(octets: Uint8Array): Validity {
  const indicator = octets[0] ?? 0;
  const singleShot = (indicator & 0x40) !== 0;
  // With the extension bit a second indicator octet follows, whose meaning is not defined.
  const at = (indicator & 0x80) === 0 ? 1 : 2;
  return { kind: 'enhanced', seconds: enhancedSeconds(octets, indicator & 0x7, at), singleShot };
}

function enhancedSeconds(octets: Uint8Array, format: number, at: number): number | null {
  const first = octets[at] ?? 0;
  if (format === 1) return decodeRelativeValidity(first);
  if (format === 2) return first === 0 ? null : first;
  if (format !== 3) return null;
  const [hours, minutes, seconds] = Array.from(octets.subarray(at, at + 3), digits);
  if (hours == null || minutes == null || seconds == null) return null;
  return hours * HOUR + minutes * MINUTE + seconds;
}
