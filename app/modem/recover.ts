import { assertNever } from '../domain/assert-never.ts';
import { type Clock, delay } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import type { Rung } from './ladder.ts';
import type { DriverLimits } from './limits.ts';
import type { FamilyProfile } from './profiles.ts';
import type { Session } from './session.ts';

export interface RecoverDeps {
  readonly session: Session;
  readonly profile: FamilyProfile;
  readonly port: string;
  readonly clock: Clock;
  readonly limits: DriverLimits;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly usbReset: ((port: string, signal: AbortSignal) => Promise<void>) | undefined;
}

/** A radio that is switched on at once after off was not off for the network. */
const RADIO_OFF_MS = 3_000;
/** Modems need a moment before they begin to restart. */
const RESTART_BEGINS_MS = 2_000;

/**
 * Performs one step of the ladder, bounded in time. Resolves with whether the port must be opened
 * anew; bring-up is the caller's in either case. Never rejects.
 */
export async function performRung(rung: Rung, deps: RecoverDeps): Promise<'same-link' | 'reopen'> {
  const { session, profile, limits } = deps;
  if (!session.begin()) {
    return 'reopen';
  }
  try {
    switch (rung) {
      case 'resync':
        return 'same-link';
      case 'reopen':
        return 'reopen';
      case 'radio-cycle':
        await session.talk.ask(profile.radioOff, limits.radioCycleMs / 4);
        await session.pause(RADIO_OFF_MS);
        await session.talk.ask(profile.radioOn, limits.radioCycleMs / 2);
        return 'same-link';
      case 'reset':
        return await reset(deps);
      case 'usb-reset':
        await session.close();
        await usbReset(deps);
        return 'reopen';
      default:
        return assertNever(rung);
    }
  } catch (error) {
    // A modem that does not even answer here is met by the next step.
    deps.logger.warn({ rung, err: error }, 'a step of the recovery did not work');
    return rung === 'reset' ? 'reopen' : 'same-link';
  }
}

/** Restarts the modem with the family's command, and waits until it answers or its port vanishes. */
async function reset(deps: RecoverDeps): Promise<'same-link' | 'reopen'> {
  const { session, profile, limits } = deps;
  try {
    await session.talk.firstOk(profile.resetCommands, 5_000);
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === 'modem-silent')) {
      throw error;
    }
    // It may have heard us without answering.
  }
  await session.pause(RESTART_BEGINS_MS);
  if (!session.begin()) {
    return 'reopen';
  }
  return (await session.answersWithin(limits.resetMs)) ? 'same-link' : 'reopen';
}

async function usbReset(deps: RecoverDeps): Promise<void> {
  const { clock, limits, port, usbReset: hook } = deps;
  if (hook === undefined) {
    return;
  }
  const bound = new AbortController();
  const late = delay(clock, limits.usbResetMs, bound.signal).catch(() => undefined);
  try {
    const stopped = new Promise<void>((resolve) => {
      deps.signal.addEventListener('abort', () => resolve(), { once: true, signal: bound.signal });
    });
    const signal = AbortSignal.any([bound.signal, deps.signal]);
    await Promise.race([hook(port, signal), late, stopped]);
  } finally {
    bound.abort();
  }
}
