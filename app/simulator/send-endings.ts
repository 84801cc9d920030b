import type { SendFault } from './fault-names.ts';
import type { Faults } from './faults.ts';
import { cme, cms, ERROR, NONE, type Outcome } from './outcome.ts';

/** The faults after which the network has nothing, and what the modem says. */
const REFUSALS: readonly (readonly [SendFault, (code: number) => Outcome])[] = [
  ['cmsError', cms],
  ['cmeError', cme],
  ['bareError', () => ERROR],
  ['silentLost', () => NONE],
];

type SpoiltAnswer = Extract<
  SendFault,
  | 'silentAccepted'
  | 'acceptedThenError'
  | 'dropAfterCtrlZ'
  | 'rebootAfter'
  | 'lateResultNextConnection'
  | 'lostOk'
>;

/** The faults after which the network has the part and the answer goes wrong. */
const ACCEPTED: readonly SpoiltAnswer[] = [
  'silentAccepted',
  'acceptedThenError',
  'dropAfterCtrlZ',
  'rebootAfter',
  'lateResultNextConnection',
  'lostOk',
];

/** How a send ends once the Ctrl-Z is in. */
export type Ending =
  | { readonly kind: 'refused'; readonly outcome: Outcome }
  | { readonly kind: SpoiltAnswer | 'normal'; readonly code: number };

/** Asks the faults in a fixed order; the first that strikes decides and is the only one counted. */
export function chooseEnding(faults: Faults): Ending {
  for (const [name, outcomeOf] of REFUSALS) {
    const strike = faults.strike(name);
    if (strike !== null) {
      return { kind: 'refused', outcome: outcomeOf(strike.number) };
    }
  }
  for (const kind of ACCEPTED) {
    const strike = faults.strike(kind);
    if (strike !== null) {
      return { kind, code: strike.number };
    }
  }
  return { kind: 'normal', code: 0 };
}
