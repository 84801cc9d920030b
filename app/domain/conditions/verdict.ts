import type { ModemId } from '../ids.ts';
import type { Condition, Finding, Lamps, Params, Severity } from './condition.ts';
import { isAble, type StatusFacts } from './facts.ts';
import { isProven } from './fine.ts';
import { CONDITIONS } from './index.ts';

export type Lamp = 'yes' | 'limited' | 'no' | 'unknown';

/** A condition on show. */
export interface ShownCondition {
  readonly code: string;
  readonly priority: number;
  /** After the rule that one working modem turns the others' `down` into `degraded`. */
  readonly severity: Severity;
  readonly modem: ModemId | null;
  /** Its place among several modems, 1-based; null with one modem. */
  readonly modemPlace: { readonly number: number; readonly of: number } | null;
  readonly params: Params;
  /** Monotonic time since which it is true. */
  readonly sinceMs: number;
  /** Code of the cause that hides it, or null. */
  readonly hiddenBy: string | null;
}
export interface Verdict {
  readonly health: 'healthy' | 'degraded' | 'down';
  /** The one headline. */
  readonly headline: ShownCondition;
  /** Everything on show, the headline too, in the order of the page. */
  readonly conditions: readonly ShownCondition[];
  readonly can: { readonly accept: Lamp; readonly send: Lamp; readonly receive: Lamp };
  readonly led: Condition['led'];
}

interface Held {
  readonly condition: Condition;
  readonly finding: Finding;
  readonly sinceMs: number;
  readonly falseSinceMs: number | null;
  readonly shown: boolean;
}
/** What one step hands to the next. */
export interface VerdictState {
  readonly held: ReadonlyMap<string, Held>;
  /** Modems that worked once: only their troubles wait before they show. */
  readonly everAble: ReadonlySet<ModemId>;
  readonly first: boolean;
}
export const FIRST_STATE: VerdictState = { held: new Map(), everAble: new Set(), first: true };

const USUAL_ENTER_SECONDS = 15;
const SEVERITY_RANK: Readonly<Record<Severity, number>> = { down: 3, degraded: 2, info: 1, ok: 0 };
const LAMP_RANK: Readonly<Record<Lamp, number>> = { no: 3, limited: 2, unknown: 1, yes: 0 };

/**
 * One look at the facts: which conditions appear, stay or leave, and what is said. Pure; call it
 * at any spacing, with `facts.monotonicMs` never running backwards.
 */
export function stepVerdict(
  state: VerdictState,
  facts: StatusFacts,
): { readonly state: VerdictState; readonly verdict: Verdict } {
  const held = new Map<string, Held>();
  const shownSoFar: { code: string; severity: Severity }[] = [];
  let pending = false;
  for (const condition of CONDITIONS) {
    const wasShown = (modem: ModemId | null): boolean =>
      state.held.get(keyOf(condition, modem))?.shown ?? false;
    const findings = condition.test(facts, { wasShown, shown: shownSoFar, pending });
    for (const next of nextOf(condition, findings, state, facts.monotonicMs)) {
      held.set(keyOf(condition, next.finding.modem), next);
      if (next.shown) {
        shownSoFar.push({
          code: condition.code,
          severity: next.finding.severity ?? condition.severity,
        });
      } else {
        pending = true;
      }
    }
  }
  const able = facts.modems.map((modem) => modem.snapshot).filter(isAble);
  const everAble = new Set([...state.everAble, ...able.map((snapshot) => snapshot.id)]);
  return {
    state: { held, everAble, first: false },
    verdict: judge(
      [...held.values()].filter((entry) => entry.shown),
      facts,
    ),
  };
}

function keyOf(condition: Condition, modem: ModemId | null): string {
  return `${condition.code} ${modem ?? ''}`;
}

function nextOf(
  condition: Condition,
  findings: readonly Finding[],
  state: VerdictState,
  nowMs: number,
): Held[] {
  const next = findings.map((finding): Held => {
    const before = state.held.get(keyOf(condition, finding.modem));
    const sinceMs = before?.sinceMs ?? nowMs;
    const enterSeconds = finding.enterSeconds ?? condition.enterSeconds;
    const news = finding.modem === null ? state.first : !state.everAble.has(finding.modem);
    const shown =
      before?.shown === true ||
      (news && enterSeconds <= USUAL_ENTER_SECONDS) ||
      nowMs - sinceMs >= enterSeconds * 1000;
    return { condition, finding, sinceMs, falseSinceMs: null, shown };
  });
  const found = new Set(findings.map((finding) => finding.modem));
  for (const before of state.held.values()) {
    if (before.condition !== condition || found.has(before.finding.modem) || !before.shown) {
      continue;
    }
    const falseSinceMs = before.falseSinceMs ?? nowMs;
    if (nowMs - falseSinceMs < condition.leaveSeconds * 1000) {
      next.push({ ...before, falseSinceMs });
    }
  }
  return next;
}

function isModems(condition: Condition): boolean {
  const { priority } = condition;
  return (priority >= 30 && priority <= 58) || (priority >= 65 && priority <= 67);
}

function judge(held: readonly Held[], facts: StatusFacts): Verdict {
  const order = facts.modems.map((modem) => modem.snapshot.id);
  const blocked = new Set(
    held
      .filter(({ condition, finding }) => (finding.lamps ?? condition.lamps).send === 'no')
      .map(({ finding }) => finding.modem),
  );
  const senders = facts.modems
    .map((modem) => modem.snapshot)
    .filter((snapshot) => isAble(snapshot) && !blocked.has(snapshot.id))
    .map((snapshot) => snapshot.id);
  const can = { accept: 'yes', ...baseLamps(facts) } as { -readonly [K in keyof Lamps]-?: Lamp };

  const shown = held.map(({ condition, finding, sinceMs }): ShownCondition => {
    const spared =
      isModems(condition) &&
      finding.modem !== null &&
      senders.some((sender) => sender !== finding.modem);
    dim(can, finding.lamps ?? condition.lamps, spared);
    const severity = finding.severity ?? condition.severity;
    const hider = held.find(
      (other) =>
        other.condition.hides.includes(condition.code) &&
        (other.finding.modem === null || other.finding.modem === finding.modem),
    );
    return {
      code: condition.code,
      priority: condition.priority,
      severity: spared && severity === 'down' ? 'degraded' : severity,
      modem: finding.modem,
      modemPlace:
        finding.modem !== null && order.length > 1
          ? { number: order.indexOf(finding.modem) + 1, of: order.length }
          : null,
      params: finding.params,
      sinceMs,
      hiddenBy: hider?.condition.code ?? null,
    };
  });
  const conditions = shown.sort(byImportance);
  const open = conditions.filter((entry) => entry.hiddenBy === null);
  const headline = open.find((entry) => entry.code !== 'demo-mode') ?? UNTOLD;
  const worst = Math.max(0, ...open.map((entry) => SEVERITY_RANK[entry.severity]));
  return {
    health: worst === 3 ? 'down' : worst === 2 ? 'degraded' : 'healthy',
    headline,
    conditions,
    can,
    led: ledOf(headline, open),
  };
}

/** Cannot happen while the table is whole; still, the page never goes without a sentence. */
const UNTOLD: ShownCondition = {
  code: 'starting',
  priority: 10,
  severity: 'info',
  modem: null,
  modemPlace: null,
  params: { seconds: null },
  sinceMs: 0,
  hiddenBy: null,
};

function baseLamps(facts: StatusFacts): { readonly send: Lamp; readonly receive: Lamp } {
  const able = facts.worker.reported && facts.modems.some((modem) => isAble(modem.snapshot));
  return {
    send: able && isProven(facts) ? 'yes' : 'unknown',
    receive: able ? 'yes' : 'unknown',
  };
}

function dim(can: { -readonly [K in keyof Lamps]-?: Lamp }, lamps: Lamps, spared: boolean): void {
  for (const what of ['accept', 'send', 'receive'] as const) {
    const wanted = lamps[what];
    const value: Lamp = wanted === 'no' && spared ? 'limited' : (wanted ?? 'yes');
    if (LAMP_RANK[value] > LAMP_RANK[can[what]]) {
      can[what] = value;
    }
  }
}

function byImportance(a: ShownCondition, b: ShownCondition): number {
  const first = (entry: ShownCondition): number =>
    entry.priority === 10 || entry.priority === 11 ? 0 : 1;
  return (
    first(a) - first(b) ||
    SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] ||
    a.priority - b.priority ||
    String(a.modem).localeCompare(String(b.modem))
  );
}

function ledOf(headline: ShownCondition, open: readonly ShownCondition[]): Condition['led'] {
  const own = CONDITIONS.find((condition) => condition.code === headline.code)?.led ?? 'ok';
  return own !== 'on' && open.some((entry) => entry.code === 'demo-mode') ? 'demo' : own;
}
