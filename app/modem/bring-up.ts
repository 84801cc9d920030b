import type { AtChannel } from '../at/at-channel.ts';
import { fieldsOf, lineWith, numberIn } from './answers/fields.ts';
import type { ModemDriverDeps } from './contract.ts';
import { type ModemFacts, unknownSim } from './facts.ts';
import { identify, tidyAnswers } from './identify.ts';
import type { DriverLimits } from './limits.ts';
import { openSim } from './open-sim.ts';
import type { RadioWatch } from './radio-watch.ts';
import { setUpMessages } from './set-up.ts';
import { modemSilent, type Talk } from './talk.ts';

export interface BringUpDeps {
  readonly channel: AtChannel;
  readonly talk: Talk;
  readonly facts: ModemFacts;
  readonly radio: RadioWatch;
  readonly driver: ModemDriverDeps;
  readonly limits: DriverLimits;
  readonly onAnswer: () => void;
  /** A part may still be in the air, so that silence proves nothing yet. */
  readonly mayBeBusy: () => boolean;
}

/**
 * From any state the modem may be in to one where it sends and receives, assuming nothing: another
 * program, a restart or a half-written PDU may be what came before. Resolves with false when the SIM
 * can't be used; rejects with `modem-silent` or `link-lost`.
 */
export async function bringUp(deps: BringUpDeps, signal: AbortSignal): Promise<boolean> {
  const { talk, facts, radio, driver, limits } = deps;
  const { clock, logger } = driver;
  await untilAnswering(deps, signal);
  const before = facts.imei;
  await tidyAnswers(talk);
  await identify(talk, facts);
  if (before !== null && facts.imei !== null && facts.imei !== before) {
    logger.warn({ before: tail(before), now: tail(facts.imei) }, 'another modem is at the port');
    facts.sim = unknownSim();
    radio.forget();
  }
  await radioOn(talk);
  const usable = await openSim(
    talk,
    facts,
    { pin: driver.config.pin, ledger: driver.ledger, clock, logger, simBusyMs: limits.simBusyMs },
    signal,
  );
  facts.domains = await radio.subscribe(talk);
  await radio.readRegistration(talk, facts.domains);
  await radio.readSignal(talk);
  if (usable) {
    await setUpMessages(talk, facts, clock, signal);
    await readOperator(talk, radio);
  }
  return usable;
}

async function untilAnswering(deps: BringUpDeps, signal: AbortSignal): Promise<void> {
  while (!(await deps.channel.resync())) {
    if (!deps.channel.open || !deps.mayBeBusy() || signal.aborted) {
      throw modemSilent('no answer to AT');
    }
  }
  deps.onAnswer();
}

/** Another program, or a recovery that was cut short, may have left the radio off. */
async function radioOn(talk: Talk): Promise<void> {
  const line = lineWith((await talk.ask('AT+CFUN?', 10_000)).lines, '+CFUN:');
  if (line !== null && numberIn(fieldsOf(line)[0]) !== 1) {
    await talk.ask('AT+CFUN=1', 15_000);
  }
}

/** While the modem searches, the question may take a minute; it is asked when the search is over. */
export async function readOperator(talk: Talk, radio: RadioWatch): Promise<void> {
  if (radio.registered()) {
    await radio.readOperator(talk);
    await radio.readPlmn(talk);
  }
}

/** The last four digits, as the pages show them. */
function tail(imei: string): string {
  return `…${imei.slice(-4)}`;
}
