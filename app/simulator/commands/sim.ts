import type { AtCommand } from '../at-syntax.ts';
import type { ModemContext } from '../context.ts';
import { cme, ERROR, type Outcome, ok } from '../outcome.ts';
import type { Handlers } from './handler.ts';

/** From the right code to a SIM that can be used. */
const UNLOCK_MS = 200;

/** 27.007 §8.3: the code that the SIM waits for. */
function pin(modem: ModemContext, command: AtCommand): Outcome {
  if (command.form === 'test') {
    return ok();
  }
  if (!modem.sim.present) {
    return cme(10);
  }
  if (!modem.simReady) {
    return cme(14);
  }
  if (command.form === 'read') {
    return ok(`+CPIN: ${{ ready: 'READY', pin: 'SIM PIN', puk: 'SIM PUK' }[modem.sim.lock]}`);
  }
  const [code = '', newPin] = command.args;
  switch (modem.sim.lock) {
    case 'ready':
      return cme(3);
    case 'pin':
      if (!modem.sim.enterPin(code)) {
        return cme(modem.sim.pinTries === 0 ? 12 : 16);
      }
      break;
    case 'puk':
      if (newPin === undefined) {
        return cme(12);
      }
      if (!modem.sim.enterPuk(code, newPin)) {
        return cme(modem.sim.pukTries === 0 ? 13 : 16);
      }
      break;
  }
  modem.after(UNLOCK_MS, () => {
    modem.urc('+CPIN: READY');
    modem.refresh();
  });
  return ok();
}

/** 27.007 §7.4, facility "SC" alone: whether the SIM asks for its PIN. */
function lock(modem: ModemContext, { form, args }: AtCommand): Outcome {
  if (form === 'test') {
    return ok('+CLCK: ("SC")');
  }
  if (!modem.sim.present) {
    return cme(10);
  }
  const [facility, mode, password = ''] = args;
  if (facility !== 'SC') {
    return cme(4);
  }
  if (mode === '2') {
    return ok(`+CLCK: ${modem.sim.pinAsked ? 1 : 0}`);
  }
  if (mode !== '0' && mode !== '1') {
    return ERROR;
  }
  if (!modem.sim.enterPin(password)) {
    modem.refresh();
    return cme(modem.sim.pinTries === 0 ? 12 : 16);
  }
  modem.sim.askForPin(mode === '1', true);
  return ok();
}

/** The SIM's codes. */
export const SIM: Handlers = {
  '+CPIN': pin,
  '+CLCK': lock,
  '+CPWD': (modem, { form, args }) => {
    const [facility, oldPin = '', newPin = ''] = args;
    if (form === 'test') {
      return ok('+CPWD: ("SC",8)');
    }
    if (facility !== 'SC') {
      return cme(4);
    }
    return modem.sim.changePin(oldPin, newPin) ? ok() : cme(modem.sim.pinTries === 0 ? 12 : 16);
  },
};
