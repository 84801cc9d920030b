import type { ModemFacts, StatusFacts } from '../../app/domain/conditions/facts.ts';
import type { TextContext } from '../../app/domain/conditions/format.ts';
import {
  FIRST_STATE,
  stepVerdict,
  type Verdict,
  type VerdictState,
} from '../../app/domain/conditions/verdict.ts';
import { modemFacts, NOW_MS, statusFacts } from '../support/facts.ts';

/** Sentences as an operator in Jakarta reads them. */
export const EN: TextContext = {
  lang: 'en',
  timeZone: 'Asia/Jakarta',
  nowMs: NOW_MS,
  clockTrusted: true,
};

export const ID: TextContext = { ...EN, lang: 'id' };

export function codes(verdict: Verdict): string[] {
  return verdict.conditions.map((entry) => entry.code);
}

/** The verdict after `facts` have held for `seconds`, on a box that worked before. */
export function after(facts: StatusFacts, seconds: number, from: VerdictState = worked()): Verdict {
  const first = stepVerdict(from, facts);
  return stepVerdict(first.state, {
    ...facts,
    monotonicMs: facts.monotonicMs + seconds * 1000,
  }).verdict;
}

export function worked(facts: StatusFacts = statusFacts({ monotonicMs: 0 })): VerdictState {
  return stepVerdict(FIRST_STATE, facts).state;
}

export function withModem(...modem: Parameters<typeof modemFacts>): StatusFacts {
  return statusFacts({ modems: [modemFacts(...modem)] });
}

/** A modem whose last `count` SMS were refused with this error, for several recipients. */
export const rejected = (lastErrorCode: string, count: number): ModemFacts =>
  modemFacts({ sending: { rejectedInRow: count, rejectedRecipients: 3, lastErrorCode } });
