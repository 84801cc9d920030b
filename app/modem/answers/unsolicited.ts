import type { Urc } from '../../at/at-types.ts';
import { fieldsOf, numberIn } from './fields.ts';
import { parseRegistration, type RegistrationReading } from './registration.ts';
import { parseSignal, type SignalReading } from './signal.ts';
import { parseStoredNotice } from './storage.ts';

/** What a line that nobody asked for means to the driver. */
export type Unsolicited =
  | { readonly kind: 'stored'; readonly index: number }
  | { readonly kind: 'direct'; readonly pdu: string }
  | { readonly kind: 'registration'; readonly reading: RegistrationReading }
  | { readonly kind: 'signal'; readonly reading: SignalReading }
  | { readonly kind: 'ussd'; readonly line: string }
  | { readonly kind: 'store-full' }
  /** The modem started anew: nothing that was set before holds. */
  | { readonly kind: 'booted' }
  /** Part of a start, or of a SIM that came or went: look whether the settings still hold. */
  | { readonly kind: 'sim-changed' }
  | { readonly kind: 'noise' }
  | { readonly kind: 'other' };

const SIM_CHANGED =
  /^(\+CPIN:|\^SIMST:|\+QUSIM:|SMS Ready|Call Ready|SMS DONE|PB DONE|\+QIND: (SMS|PB) DONE|\+CFUN:|\+SIM:|\+WIND: [0134]\b|\+ZUSIMR:0)/i;
const STORE_FULL = /^(\^SMMEMFULL|\+CIEV: ?"?SMSFULL"?,1|\+QIND: ?"SMSFULL|\+SMSFULL)/i;

/** Reads what the modem said of itself; `noise` are the beginnings of the family's idle chatter. */
export function readUnsolicited(urc: Urc, noise: readonly string[]): Unsolicited {
  switch (urc.kind) {
    case 'boot':
      return { kind: urc.stage === 'services-ready' ? 'sim-changed' : 'booted' };
    case 'pdu':
      return urc.name === '+CBM'
        ? { kind: 'other' }
        : { kind: 'direct', pdu: urc.pdu.trim().toUpperCase() };
    case 'line':
      return readLine(urc.line, noise);
  }
}

function readLine(line: string, noise: readonly string[]): Unsolicited {
  const stored = parseStoredNotice(line);
  if (stored !== null) {
    return { kind: 'stored', index: stored.index };
  }
  const registration = parseRegistration(line, false);
  if (registration !== null) {
    return { kind: 'registration', reading: registration };
  }
  const signal = line.startsWith('+CSQ:') ? parseSignal(line) : huaweiSignal(line);
  if (signal !== null) {
    return { kind: 'signal', reading: signal };
  }
  if (line.startsWith('+CUSD:')) {
    return { kind: 'ussd', line };
  }
  if (STORE_FULL.test(line)) {
    return { kind: 'store-full' };
  }
  if (SIM_CHANGED.test(line)) {
    return { kind: 'sim-changed' };
  }
  return { kind: noise.some((start) => line.startsWith(start)) ? 'noise' : 'other' };
}

/** `^RSSI:18` carries a CSQ value. */
function huaweiSignal(line: string): SignalReading | null {
  const csq = line.startsWith('^RSSI:') ? numberIn(fieldsOf(line)[0]) : null;
  return csq !== null && (csq <= 31 || csq === 99) ? { csq, ber: null } : null;
}
