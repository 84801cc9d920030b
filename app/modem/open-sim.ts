import { assertNever } from '../domain/assert-never.ts';
import { type Clock, delay } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import { parseImsi } from './answers/identity.ts';
import {
  parseIccid,
  parsePinState,
  parseTries,
  type SimErrorState,
  simStateOfError,
} from './answers/sim.ts';
import type { ModemFacts } from './facts.ts';
import { type PinLedger, type PinPermit, permitPin } from './pin-rule.ts';
import { STANDARD_TRIES } from './profiles.ts';
import type { Answer, Talk } from './talk.ts';

export interface SimDeps {
  readonly pin: string | null;
  readonly ledger: PinLedger;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly simBusyMs: number;
}

type Look = 'ready' | 'pin' | 'puk' | SimErrorState | 'other' | 'unknown';

/** A SIM needs up to so long after its PIN before it can be read. */
const SETTLE_MS = 20_000;
/** The command and the word before its answer often differ. */
const ICCID_PREFIXES = [
  '+CCID:',
  '+ICCID:',
  '+QCCID:',
  '^ICCID:',
  '+ZGETICCID:',
  '+CRSM:',
  'ICCID:',
];

/**
 * Looks at the SIM, fills in `facts.sim`, and gives the configured PIN where the PIN rule lets it.
 * Resolves with whether the SIM can be used now.
 */
export async function openSim(
  talk: Talk,
  facts: ModemFacts,
  deps: SimDeps,
  signal: AbortSignal,
): Promise<boolean> {
  facts.trouble = null;
  facts.troubleDetail = null;
  let look = await lookUntilSettled(talk, deps, deps.simBusyMs, (each) => each !== 'busy', signal);
  if (
    look === 'unknown' &&
    parseImsi((await talk.ask('AT+CIMI', 5_000, { anyText: true })).lines) !== null
  ) {
    look = 'ready';
  }
  await readIccid(talk, facts);
  if (look === 'pin' || look === 'puk') {
    await readTries(talk, facts);
  }
  if (look === 'pin') {
    look = await givePin(talk, facts, deps, signal);
  }
  facts.sim.state = stateOf(look, facts);
  if (facts.sim.iccid === null && facts.sim.state === 'ready') {
    await readIccid(talk, facts);
  }
  return facts.sim.state === 'ready';
}

/** Asks `+CPIN?`; a SIM that is starting up answers "busy" for some seconds. */
async function lookUntilSettled(
  talk: Talk,
  deps: SimDeps,
  mostMs: number,
  settled: (look: Look) => boolean,
  signal: AbortSignal,
): Promise<Look> {
  const untilMs = deps.clock.monotonicMs() + mostMs;
  for (;;) {
    const look = lookOf(await talk.ask('AT+CPIN?'));
    if (settled(look) || deps.clock.monotonicMs() >= untilMs) {
      return look;
    }
    await delay(deps.clock, 1_000, signal);
  }
}

function lookOf(answer: Answer): Look {
  const state = parsePinState(answer.lines);
  if (state !== null) {
    return state;
  }
  const { error } = answer;
  return error === null || error.kind === 'error' || error.code === null
    ? 'unknown'
    : (simStateOfError(error.kind, error.code) ?? 'unknown');
}

function stateOf(look: Look, facts: ModemFacts): ModemFacts['sim']['state'] {
  switch (look) {
    case 'ready':
    case 'missing':
    case 'failure':
    case 'pin':
    case 'unknown':
      return look;
    case 'puk':
      return facts.sim.pukTriesLeft === 0 ? 'blocked' : 'puk';
    case 'busy':
    case 'other':
      return 'failure';
    default:
      return assertNever(look);
  }
}

/** The card's number can be read before the PIN; many modems answer only one of the commands. */
export async function readIccid(talk: Talk, facts: ModemFacts): Promise<void> {
  facts.sim.iccid = null;
  for (const command of facts.profile.iccidCommands) {
    const answer = await talk.ask(command, 5_000, { anyText: true, prefixes: ICCID_PREFIXES });
    const iccid = answer.ok ? parseIccid(answer.lines) : null;
    if (iccid !== null) {
      facts.sim.iccid = iccid;
      return;
    }
  }
}

/** Asks the family's command and the standard one; what neither tells is null. */
export async function readTries(talk: Talk, facts: ModemFacts): Promise<void> {
  facts.sim.pinTriesLeft = null;
  facts.sim.pukTriesLeft = null;
  for (const how of [facts.profile.pinTries, STANDARD_TRIES]) {
    if (how === null || facts.sim.pinTriesLeft !== null) {
      continue;
    }
    const answer = await talk.ask(how.command, 5_000, { prefixes: [how.prefix] });
    const left = answer.ok ? parseTries(answer.lines, how) : { pin: null, puk: null };
    facts.sim.pinTriesLeft = left.pin;
    facts.sim.pukTriesLeft = left.puk ?? facts.sim.pukTriesLeft;
  }
}

async function givePin(
  talk: Talk,
  facts: ModemFacts,
  deps: SimDeps,
  signal: AbortSignal,
): Promise<Look> {
  const { iccid, pinTriesLeft } = facts.sim;
  const permit = await permitPin({ pin: deps.pin, iccid, triesLeft: pinTriesLeft }, deps.ledger);
  if (typeof permit === 'string') {
    if (permit !== 'no-pin') {
      deps.logger.warn({ reason: permit, pinTriesLeft }, 'the stored PIN is not given to the SIM');
      facts.trouble = 'pin-refused';
      facts.troubleDetail = permit;
    }
    return 'pin';
  }
  // From here on the attempt is on record: it is never repeated, whatever happens to us or the modem.
  const answer = await talk.ask(`AT+CPIN="${permit.pin}"`, 30_000, { secret: true });
  return afterPin(answer, permit, talk, facts, deps, signal);
}

async function afterPin(
  answer: Answer,
  permit: PinPermit,
  talk: Talk,
  facts: ModemFacts,
  deps: SimDeps,
  signal: AbortSignal,
): Promise<Look> {
  const stillLocked = (look: Look): boolean => look === 'pin' || look === 'puk';
  const look = await lookUntilSettled(
    talk,
    deps,
    answer.ok ? SETTLE_MS : 0,
    (each) => each === 'ready' || (!answer.ok && stillLocked(each)),
    signal,
  );
  const accepted = look === 'ready';
  await deps.ledger.result(permit.iccid, permit.hmac, accepted).catch((error: unknown) => {
    deps.logger.error({ err: error }, 'the result of the PIN could not be recorded');
  });
  await readTries(talk, facts);
  if (!accepted) {
    facts.trouble = 'pin-refused';
    facts.troubleDetail = 'refused';
    deps.logger.error({ pinTriesLeft: facts.sim.pinTriesLeft }, 'the SIM refused the stored PIN');
  }
  return look;
}
