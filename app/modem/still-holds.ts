import { parsePinState, simStateOfError } from './answers/sim.ts';
import type { ModemFacts } from './facts.ts';
import { settingsHold } from './set-up.ts';
import type { Answer, Talk } from './talk.ts';

/** What is no longer as bring-up left it; null while all holds. Changes nothing. */
export async function whatChanged(
  talk: Talk,
  facts: ModemFacts,
  usable: boolean,
): Promise<'sim' | 'settings' | null> {
  const answer = await talk.ask('AT+CPIN?');
  const pin = parsePinState(answer.lines);
  // Some modems never answer this; only a clear word against the SIM counts then.
  const changed = pin === null ? usable && saysNoSim(answer) : (pin === 'ready') !== usable;
  if (changed) {
    return 'sim';
  }
  return usable && !(await settingsHold(talk, facts)) ? 'settings' : null;
}

/** Whether a SIM that could not be used may be usable now, or is in another kind of trouble. */
export async function simMoved(talk: Talk, facts: ModemFacts): Promise<boolean> {
  const answer = await talk.ask('AT+CPIN?');
  const code = answer.error?.kind === 'cme' ? answer.error.code : null;
  const now = parsePinState(answer.lines) ?? (code === 10 ? 'missing' : 'other');
  const { state } = facts.sim;
  const same =
    now === state ||
    (now === 'other' && (state === 'failure' || state === 'unknown')) ||
    (now === 'puk' && state === 'blocked');
  return !same || facts.troubleDetail === 'ledger-failing';
}

function saysNoSim({ error }: Answer): boolean {
  if (error === null || error.kind === 'error' || error.code === null) {
    return false;
  }
  const state = simStateOfError(error.kind, error.code);
  return state !== null && state !== 'busy';
}
