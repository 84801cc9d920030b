import { CME_ERRORS } from './error-table-cme.ts';
import {
  type Bilingual,
  type ErrorEntry,
  type ErrorRow,
  POLICY,
  type PolicyName,
} from './error-table-entry.ts';
import {
  ALTERNATIVE_EQUIPMENT_ERRORS,
  ALTERNATIVE_FAMILIES,
  EQUIPMENT_ERRORS,
} from './error-table-equipment.ts';
import { INTERNAL_ERRORS } from './error-table-internal.ts';
import { NETWORK_ERRORS } from './error-table-network.ts';
import * as REMEDY from './error-table-remedies.ts';
import { SERVICE_CENTRE_ERRORS } from './error-table-service-centre.ts';

export type { Bilingual, ErrorClass, ErrorEntry } from './error-table-entry.ts';

export type ErrorKind = 'cms' | 'cme' | 'internal';

/** Later than this after Ctrl-Z the network's timer may have run out: no refusal is proven. */
const QUICK_REFUSAL_MS = 30_000;
const LONGEST_BACK_OFF_MS = 3_600_000;

/**
 * What a code means. Never fails: a code outside the table gets a sentence that names it, with the
 * class its range allows. `family` is the modem's profile name; it matters for CMS 512–515.
 */
export function lookUpError(
  kind: ErrorKind,
  code: number | string,
  family?: string | null,
): ErrorEntry {
  if (kind === 'internal') {
    return errorByCode(String(code));
  }
  const number = String(code);
  if (kind === 'cms' && family && usesAlternative(family)) {
    const alternative = ALTERNATIVE_EQUIPMENT_ERRORS[number];
    if (alternative !== undefined) {
      return { ...alternative, code: `cms-${number}-alt` };
    }
  }
  return errorByCode(`${kind}-${number}`);
}

/**
 * The entry of a stored code. Besides the table's own keys it reads three endings: `-alt` (second
 * vendor meaning), `-late` (came too late to prove a refusal: outcome unknown) and `-unsent` (came
 * before the hand-over, where nothing is unknown).
 */
export function errorByCode(code: string): ErrorEntry {
  const ending = /^(.*)-(late|unsent)$/s.exec(code);
  if (ending?.[1] !== undefined && !Object.hasOwn(INTERNAL_ERRORS, code)) {
    const base = errorByCode(ending[1]);
    return ending[2] === 'late'
      ? { ...base, ...POLICY.unknown, code, remedy: REMEDY.decide }
      : { ...base, ...POLICY.soon, code, remedy: REMEDY.waits };
  }
  const row = rowOf(code);
  return row === null ? unlisted(code) : { ...row, code };
}

export interface SettledError {
  /** `not-handed-over` and `refused`: certainly not sent. */
  readonly outcome: 'not-handed-over' | 'refused' | 'unknown' | 'sent';
  /** Its class is `unknown-outcome` exactly when `outcome` is `unknown`. */
  readonly entry: ErrorEntry;
}

/**
 * Phase decides before code: what a failure proves about this part, with the entry to record.
 * `sinceHandOverMs` is null while Ctrl-Z has not been written.
 */
export function settleError(
  kind: ErrorKind,
  code: number | string,
  sinceHandOverMs: number | null,
  family?: string | null,
): SettledError {
  const entry = lookUpError(kind, code, family);
  if (sinceHandOverMs === null) {
    return {
      outcome: 'not-handed-over',
      entry: entry.class === 'unknown-outcome' ? errorByCode(`${entry.code}-unsent`) : entry,
    };
  }
  switch (entry.afterHandOver) {
    case 'sent':
      return { outcome: 'sent', entry };
    case 'unknown':
      return { outcome: 'unknown', entry };
    case 'refused-if-quick':
      return sinceHandOverMs <= QUICK_REFUSAL_MS
        ? { outcome: 'refused', entry }
        : { outcome: 'unknown', entry: errorByCode(`${entry.code}-late`) };
    case 'refused':
      return kind === 'internal'
        ? { outcome: 'unknown', entry: afterHandOver(entry) }
        : { outcome: 'refused', entry };
  }
}

/**
 * Milliseconds until a message may be tried again after its `attempts`-th spent attempt: the
 * entry's own wait, doubled each time, at most an hour; null where repeating cannot help.
 */
export function backOffMs(entry: ErrorEntry, attempts: number): number | null {
  if (entry.retryAfterMs === null) {
    return null;
  }
  const doublings = entry.spendsAttempt ? Math.max(0, attempts - 1) : 0;
  return Math.min(entry.retryAfterMs * 2 ** Math.min(doublings, 12), LONGEST_BACK_OFF_MS);
}

/** Every stored code the tables know, without the `-late` and `-unsent` forms. */
export function knownErrorCodes(): readonly string[] {
  return [
    ...keys('cms-', NETWORK_ERRORS),
    ...keys('cms-', SERVICE_CENTRE_ERRORS),
    ...keys('cms-', EQUIPMENT_ERRORS),
    ...keys('cms-', ALTERNATIVE_EQUIPMENT_ERRORS).map((code) => `${code}-alt`),
    ...keys('cme-', CME_ERRORS),
    ...Object.keys(INTERNAL_ERRORS),
  ];
}

function keys(prefix: string, rows: Readonly<Record<string, ErrorRow>>): string[] {
  return Object.keys(rows).map((key) => prefix + key);
}

function usesAlternative(family: string): boolean {
  return ALTERNATIVE_FAMILIES.some((start) => family.startsWith(start));
}

function rowOf(code: string): ErrorRow | null {
  const match = /^(cms|cme)-(\d{1,5})(-alt)?$/.exec(code);
  if (match?.[2] === undefined) {
    return own(INTERNAL_ERRORS, code);
  }
  const number = match[2];
  if (match[1] === 'cme') {
    return own(CME_ERRORS, number);
  }
  return match[3] !== undefined
    ? own(ALTERNATIVE_EQUIPMENT_ERRORS, number)
    : (own(NETWORK_ERRORS, number) ??
        own(SERVICE_CENTRE_ERRORS, number) ??
        own(EQUIPMENT_ERRORS, number));
}

function own(rows: Readonly<Record<string, ErrorRow>>, key: string): ErrorRow | null {
  return Object.hasOwn(rows, key) ? (rows[key] ?? null) : null;
}

/** A failure of ours after the hand-over leaves the outcome open, whatever it was. */
function afterHandOver(entry: ErrorEntry): ErrorEntry {
  const named = `${entry.code}-after-hand-over`;
  return errorByCode(Object.hasOwn(INTERNAL_ERRORS, named) ? named : 'no-answer');
}

/** Ranges in which every number, listed or not, is a refusal by the network or the modem. */
const REFUSING_RANGES = [
  [1, 37],
  [50, 111],
  [128, 254],
  [300, 331],
] as const;

function unlisted(code: string): ErrorEntry {
  const cms = /^cms-(\d{1,5})$/.exec(code);
  const number = cms === null ? null : Number(cms[1]);
  const refused =
    number !== null && REFUSING_RANGES.some(([low, high]) => number >= low && number <= high);
  const policy: PolicyName = refused ? 'later' : 'unknown';
  const shown = code
    .slice(0, 40)
    .replace(/^(cms|cme)-/, (prefix) => `${prefix.slice(0, 3).toUpperCase()} `);
  const title: Bilingual = {
    en: shown === '' ? 'Error without a code' : `Error ${shown}`,
    id: shown === '' ? 'Kesalahan tanpa kode' : `Kesalahan ${shown}`,
  };
  return { ...POLICY[policy], code, title, remedy: REMEDY.bundle };
}
