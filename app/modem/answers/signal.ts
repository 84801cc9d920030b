import { fieldsOf, numberIn } from './fields.ts';

export interface SignalReading {
  /** 27.007 §8.5: 0–31, or 99 when the modem can't tell. */
  readonly csq: number;
  /** Bit error class 0–7, or null when unknown (99). */
  readonly ber: number | null;
}

/** `+CSQ: <rssi>,<ber>`; null when the line is something else or out of range. */
export function parseSignal(line: string): SignalReading | null {
  const [rssi, ber] = fieldsOf(line);
  const csq = numberIn(rssi);
  if (!line.startsWith('+CSQ:') || csq === null || (csq > 31 && csq !== 99)) {
    return null;
  }
  const errors = numberIn(ber);
  return { csq, ber: errors === null || errors > 7 ? null : errors };
}

/** `+CESQ: rxlev,ber,rscp,ecno,rsrq,rsrp` (27.007 §8.69): reference signal power in dBm, or null. */
export function parseRsrp(line: string): number | null {
  const rsrp = numberIn(fieldsOf(line)[5]);
  return line.startsWith('+CESQ:') && rsrp !== null && rsrp <= 97 ? rsrp - 141 : null;
}

/** dBm of a CSQ value; null for 99. */
export function csqToDbm(csq: number): number | null {
  return csq <= 31 ? -113 + 2 * csq : null;
}

const CSQ_BARS: readonly (readonly [number, number])[] = [
  [20, 5],
  [15, 4],
  [10, 3],
  [7, 2],
  [2, 1],
];
const RSRP_BARS: readonly (readonly [number, number])[] = [
  [-85, 5],
  [-95, 4],
  [-105, 3],
  [-115, 2],
  [-124, 1],
];

/** 0–5 as the status page draws them; null when nothing is known. */
export function signalBars(csq: number | null, rsrpDbm: number | null): number | null {
  if (rsrpDbm !== null) {
    return RSRP_BARS.find(([from]) => rsrpDbm >= from)?.[1] ?? 0;
  }
  return csq === null || csq > 31 ? null : (CSQ_BARS.find(([from]) => csq >= from)?.[1] ?? 0);
}
