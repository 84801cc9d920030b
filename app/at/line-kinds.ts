import type { AtError, Urc } from './at-types.ts';
import { errorCode } from './verbose-errors.ts';

export type FinalLine = { readonly ok: true } | { readonly ok: false; readonly error: AtError };

type BootStage = Extract<Urc, { kind: 'boot' }>['stage'];

/**
 * Lines that tell of a restart, as data. `*PSUTTZ` and `DST` are not here: they come with each
 * network time, so they prove no restart.
 */
const BOOT_LINES: readonly (readonly [RegExp, BootStage])[] = [
  [/^RDY$/, 'started'],
  [/^\^SYSSTART/, 'started'],
  [/^\+CFUN: ?1$/, 'started'],
  [/^\+PBREADY/, 'services-ready'],
  [/^(Call|SMS) Ready$/, 'services-ready'],
  [/^(SMS|PB) DONE$/, 'services-ready'],
  [/^\+QIND: ?"?(SMS|PB) DONE"?$/, 'services-ready'],
  [/^(NORMAL|UNDER-VOLTAGE|OVER-VOLTAGE) POWER DOWN$/, 'powering-down'],
  [/^POWERED DOWN$/, 'powering-down'],
  [/^\^SHUTDOWN/, 'powering-down'],
];

/** Announcements without a prefix, so that `ATI` and its kind do not take them for their text. */
const PLAIN_URCS: readonly RegExp[] = [
  /^RING$/,
  /^SRING/,
  /^NO CARRIER$/,
  /^DST:/,
  /^(UNDER|OVER)-VOLTAGE/,
];

/** Final only for a dialling command; otherwise the news that some call ended. */
const CALL_FINALS: readonly RegExp[] = [/^NO CARRIER$/, /^BUSY$/, /^NO DIAL ?TONE$/, /^NO ANSWER$/];

/** Huawei ends unknown commands with these instead of `ERROR`. */
const VENDOR_ERRORS: readonly RegExp[] = [/^COMMAND NOT SUPPORT$/, /^TOO MANY PARAMETERS$/];

const PREFIX = /^[+^*#%$&!][A-Za-z0-9_]+(?=:)/;
const CM_ERROR = /^\+(CM[ES]) ERROR: ?(.*)$/;

/** The part before the colon of an extended line (`+CREG`); null for plain text. */
export function lineName(line: string): string | null {
  return PREFIX.exec(line)?.[0] ?? null;
}

/** A final line (27.007 §4.3 and Annex B of V.250); null for any other. */
export function parseFinal(line: string, dialling: boolean): FinalLine | null {
  if (line === 'OK') {
    return { ok: true };
  }
  if (line === 'ERROR' || VENDOR_ERRORS.some((pattern) => pattern.test(line))) {
    return { ok: false, error: { kind: 'error', code: null, text: line } };
  }
  const coded = CM_ERROR.exec(line);
  if (coded !== null) {
    const text = (coded[2] ?? '').trim();
    const kind = coded[1] === 'CME' ? 'cme' : 'cms';
    return { ok: false, error: { kind, code: errorCode(kind, text), text } };
  }
  if (dialling) {
    if (line.startsWith('CONNECT')) {
      return { ok: true };
    }
    if (CALL_FINALS.some((pattern) => pattern.test(line))) {
      return { ok: false, error: { kind: 'error', code: null, text: line } };
    }
  }
  return null;
}

/** `+CMGS: <mr>[,<ackpdu>]` (27.005 §4.3). */
export function parseCmgs(
  line: string,
): { readonly reference: number; readonly ackPdu: string | null } | null {
  const match = /^\+CMGS: ?(\d{1,3})(?: ?, ?"?([0-9A-Fa-f]*)"?)?$/.exec(line);
  const reference = Number(match?.[1]);
  if (match === null || reference > 255) {
    return null;
  }
  return { reference, ackPdu: match[2] === undefined || match[2] === '' ? null : match[2] };
}

/** Which boot banner a line is; null for none. */
export function bootStage(line: string): BootStage | null {
  return BOOT_LINES.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}

/** Whether a line without prefix is known to be an announcement. */
export function isPlainUrc(line: string): boolean {
  return PLAIN_URCS.some((pattern) => pattern.test(line)) || bootStage(line) !== null;
}

/**
 * Takes noise off the beginning of a line when a known kind of line stands behind it, so that one
 * disturbed octet does not cost an `OK`.
 */
export function withoutNoise(line: string): string {
  const first = line.charCodeAt(0);
  if (first > 0x20 && first < 0x7f && line.charCodeAt(line.length - 1) > 0x20) {
    return line;
  }
  const rest = line.replace(/^[^\x21-\x7e]+/, '').trimEnd();
  return parseFinal(rest, true) !== null || lineName(rest) !== null ? rest : line.trimEnd();
}
