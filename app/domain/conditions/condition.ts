import type { Bilingual } from '../error-table-entry.ts';
import type { ModemId } from '../ids.ts';
import type { ModemFacts, StatusFacts } from './facts.ts';

export type Severity = 'ok' | 'info' | 'degraded' | 'down';
export type Led = 'ok' | 'on' | 'demo' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
export type Params = Readonly<Record<string, string | number | null>>;

/** What the condition takes away; what it does not name it leaves alone. */
export interface Lamps {
  readonly accept?: 'limited' | 'no';
  readonly send?: 'limited' | 'no' | 'unknown';
  readonly receive?: 'limited' | 'no' | 'unknown';
}

/** One place where the condition's test is true. */
export interface Finding {
  /** The modem it is about, or null for the box or the queue. */
  readonly modem: ModemId | null;
  readonly params: Params;
  /** Where they differ from the condition's own. */
  readonly severity?: Severity;
  readonly lamps?: Lamps;
  readonly enterSeconds?: number;
}

export interface TestContext {
  /** Whether it is on show already: a threshold with hysteresis asks. */
  readonly wasShown: (modem: ModemId | null) => boolean;
  /** Conditions found before this one in the same step that are on show. */
  readonly shown: readonly { readonly code: string; readonly severity: Severity }[];
  /** Something was found that has not held long enough to be on show. */
  readonly pending: boolean;
}

/** What an author of a condition writes down; `index.ts` turns ranges of `hides` into codes. */
export interface ConditionSource {
  /** Kebab-case, never renamed, never reused. */
  readonly code: string;
  /** Order within one severity; 10 and 11 stand above every severity, 0 beside the verdict. */
  readonly priority: number;
  readonly severity: Severity;
  readonly lamps: Lamps;
  readonly led: Led;
  /** Ranges of priorities that are effects of this cause. */
  readonly hides: readonly (readonly [number, number])[];
  /** How long the test must hold before it shows; 15 unless the fact itself carries a time. */
  readonly enterSeconds: number;
  readonly leaveSeconds: number;
  readonly test: (facts: StatusFacts, context: TestContext) => readonly Finding[];
  /** The sentence of the verdict, at most 80 characters, `{param}` or `{param|format}` inside. */
  readonly en: string;
  readonly id: string;
  /** What to do, at most 115 characters. */
  readonly action: Bilingual;
}

export type Condition = Omit<ConditionSource, 'hides'> & { readonly hides: readonly string[] };

/** The usual times of the house: 15 s to appear, 30 s to leave. */
export const USUAL = { enterSeconds: 15, leaveSeconds: 30 } as const;
/** The fact carries its own time. */
export const AT_ONCE = { enterSeconds: 0, leaveSeconds: 30 } as const;

/** A finding about the box or the queue. */
export function when(holds: boolean, params: Params = {}): readonly Finding[] {
  return holds ? [{ modem: null, params }] : [];
}

/** Findings for each modem whose `find` returns one. */
export function eachModem(
  facts: StatusFacts,
  find: (modem: ModemFacts) => Omit<Finding, 'modem'> | null,
): readonly Finding[] {
  return facts.modems.flatMap((modem) => {
    const found = find(modem);
    return found === null ? [] : [{ ...found, modem: modem.snapshot.id }];
  });
}

/** For each modem for which `holds` is true, without parameters. */
export function modemsWhere(
  facts: StatusFacts,
  holds: (modem: ModemFacts) => boolean,
): readonly Finding[] {
  return eachModem(facts, (modem) => (holds(modem) ? { params: {} } : null));
}
