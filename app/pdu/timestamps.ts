/** A moment as a service centre writes it (23.040 §9.2.3.11). */
export interface NetworkTime {
  /** Wall milliseconds since 1970, UTC. */
  readonly atMs: number;
  /** Minutes that local time at the service centre is ahead of UTC; a multiple of 15. */
  readonly offsetMinutes: number;
}

export const TIMESTAMP_OCTETS = 7;
const QUARTER_MS = 15 * 60_000;
/** ±14 hours, the widest zone in use. */
const MAX_QUARTERS = 56;
const NEGATIVE = 0x08;

/** Seven octets; years 1990–2089. Seconds are cut off, the zone is rounded to a quarter hour. */
export function encodeTimestamp(time: NetworkTime): number[] {
  const quarters = Math.round(time.offsetMinutes / 15);
  const local = new Date(time.atMs + quarters * QUARTER_MS);
  const zone = semiOctets(Math.abs(quarters)) | (quarters < 0 ? NEGATIVE : 0);
  return [
    semiOctets(local.getUTCFullYear() % 100),
    semiOctets(local.getUTCMonth() + 1),
    semiOctets(local.getUTCDate()),
    semiOctets(local.getUTCHours()),
    semiOctets(local.getUTCMinutes()),
    semiOctets(local.getUTCSeconds()),
    zone,
  ];
}

/** Null for anything that is no date: several service centres send zeros or noise. */
export function decodeTimestamp(octets: Uint8Array): NetworkTime | null {
  const [year, month, day, hour, minute, second] = Array.from(octets.subarray(0, 6), digits);
  const zone = octets[6];
  if (year == null || month == null || day == null) return null;
  if (hour == null || minute == null || second == null || zone === undefined) return null;
  const quarters = digits(zone & ~NEGATIVE);
  if (quarters === null || quarters > MAX_QUARTERS) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fullYear = year < 90 ? 2000 + year : 1900 + year;
  const localMs = Date.UTC(fullYear, month - 1, day, hour, minute, second);
  const local = new Date(localMs);
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return null;
  const signed = (zone & NEGATIVE) !== 0 && quarters !== 0 ? -quarters : quarters;
  return { atMs: localMs - signed * QUARTER_MS, offsetMinutes: signed * 15 };
}

/** The two decimal digits of a semi-octet pair (low nibble first), or null when one exceeds 9. */
export function digits(octet: number): number | null {
  const tens = octet & 0xf;
  const ones = octet >> 4;
  return tens > 9 || ones > 9 ? null : tens * 10 + ones;
}

function semiOctets(value: number): number {
  return ((value % 10) << 4) | Math.floor(value / 10);
}
