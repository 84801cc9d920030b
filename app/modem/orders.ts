import { assertNever } from '../domain/assert-never.ts';
import type { Logger } from '../domain/logger.ts';
import type { WorkerCommand } from '../domain/worker-protocol.ts';
import { parsePinState } from './answers/sim.ts';
import type { ModemFacts } from './facts.ts';
import { readIccid, readTries } from './open-sim.ts';
import { type PinLedger, pinHmac } from './pin-rule.ts';
import type { RadioWatch } from './radio-watch.ts';
import type { Session } from './session.ts';
import { readServiceCentre } from './set-up.ts';
import { isUssdCode } from './ussd-dialogue.ts';

export interface OrderDeps {
  readonly session: Session;
  readonly facts: ModemFacts;
  readonly radio: RadioWatch;
  readonly ledger: PinLedger;
  readonly logger: Logger;
}

interface Done {
  readonly ok: boolean;
  readonly detail: string;
}

/** What a person asked of this modem. Rejects only when the modem is gone or silent. */
export async function performOrder(command: WorkerCommand, deps: OrderDeps): Promise<Done> {
  switch (command.name) {
    case 'restart':
      deps.session.fail({ kind: 'sick', reason: 'restarted by a person', from: 'reset' });
      return { ok: true, detail: 'The modem is restarting; it is back in about a minute.' };
    case 'unlock':
      return unlock(command, deps);
    case 'self-test':
      return selfTest(deps);
    case 'ussd':
      return ussd(command.code, deps);
    default:
      return assertNever(command);
  }
}

async function ussd(code: string, { session }: OrderDeps): Promise<Done> {
  if (!isUssdCode(code)) {
    return { ok: false, detail: 'A USSD code has only digits, * and #, at most 40.' };
  }
  const text = await session.ussd(code);
  return text === null
    ? { ok: false, detail: 'The network did not answer the code.' }
    : { ok: true, detail: text };
}

async function selfTest({ session, facts, radio }: OrderDeps): Promise<Done> {
  const alive = await session.talk.ask('AT', 3_000);
  if (alive.unanswered) {
    return { ok: false, detail: 'The modem does not answer.' };
  }
  if (facts.sim.state !== 'ready') {
    return { ok: false, detail: `The SIM is not usable (${facts.sim.state}).` };
  }
  await radio.readRegistration(session.talk, facts.domains);
  await radio.readSignal(session.talk);
  await readServiceCentre(session.talk, facts);
  const { registration, operator, signalDbm } = radio.snapshot();
  const signal = signalDbm === null ? 'signal unknown' : `${signalDbm} dBm`;
  if (!radio.registered()) {
    return { ok: false, detail: `Not connected to an operator (${registration}, ${signal}).` };
  }
  return facts.sim.smsc === null
    ? { ok: false, detail: 'The number of the SMS centre is missing.' }
    : {
        ok: true,
        detail: `Connected to ${operator ?? 'the operator'} (${registration}, ${signal}).`,
      };
}

/**
 * A person may try a PIN that the rule would not; the last try of the PIN only with `force`, since a
 * wrong one locks the card, and never the last one of the PUK, which would end it.
 */
async function unlock(
  { pin, puk, force }: WorkerCommand & { readonly name: 'unlock' },
  deps: OrderDeps,
): Promise<Done> {
  const { session, facts, ledger, logger } = deps;
  if (!/^\d{4,8}$/.test(pin) || (puk !== null && !/^\d{8}$/.test(puk))) {
    return { ok: false, detail: 'A PIN has 4 to 8 digits, a PUK has 8.' };
  }
  // A card that asks for nothing answers ERROR, which would count as a refused PIN for ever.
  const asks = parsePinState((await session.talk.ask('AT+CPIN?')).lines);
  if (asks === 'ready') {
    return { ok: false, detail: 'The SIM asks for no PIN; it is already unlocked.' };
  }
  if (asks === 'pin' && puk !== null) {
    return { ok: false, detail: 'The SIM asks for its PIN, not for the PUK; leave out puk.' };
  }
  if (asks === 'puk' && puk === null) {
    return { ok: false, detail: 'The SIM asks for the PUK; send puk, and pin as the new PIN.' };
  }
  await readTries(session.talk, facts);
  const left = puk === null ? facts.sim.pinTriesLeft : facts.sim.pukTriesLeft;
  const allowed = puk === null && force === true && left === 1;
  if (left !== null && left <= 1 && !allowed) {
    const what = puk === null ? 'PIN' : 'PUK';
    const tries = left === 1 ? `Only one try of the ${what} is` : `No try of the ${what} is`;
    const instead = puk === null && left === 1 ? ', or repeat it with "force": true' : '';
    return {
      ok: false,
      detail: `${tries} left; use a phone, where you see what you type${instead}.`,
    };
  }
  await readIccid(session.talk, facts);
  const { iccid } = facts.sim;
  const hmac = iccid === null ? null : pinHmac(ledger.hmacKey, iccid, pin);
  const record = async (
    action: (iccid: string, hmac: string) => Promise<unknown>,
  ): Promise<void> => {
    if (iccid !== null && hmac !== null) {
      await action(iccid, hmac).catch((error: unknown) =>
        logger.error({ err: error }, 'a try of the PIN by a person could not be recorded'),
      );
    }
  };
  await record((card, mac) => ledger.attempt(card, mac));
  const command = puk === null ? `AT+CPIN="${pin}"` : `AT+CPIN="${puk}","${pin}"`;
  const answer = await session.talk.ask(command, 30_000, { secret: true });
  await record((card, mac) => ledger.result(card, mac, answer.ok));
  await readTries(session.talk, facts);
  if (!answer.ok) {
    const tries = puk === null ? facts.sim.pinTriesLeft : facts.sim.pukTriesLeft;
    const rest = tries === null ? '' : ` ${tries} tries left.`;
    return { ok: false, detail: `The SIM refused the ${puk === null ? 'PIN' : 'PUK'}.${rest}` };
  }
  session.fail({ kind: 'sim-changed', reason: 'unlocked by a person' });
  return { ok: true, detail: 'The SIM is unlocked.' };
}
