import type { AtCommand } from '../at-syntax.ts';
import { decodeString, encodeString } from '../character-set.ts';
import { type ModemContext, simTrouble } from '../context.ts';
import { cme, ERROR, type Outcome, ok } from '../outcome.ts';
import { packUssd, unpackUssd } from '../ussd-packing.ts';
import type { Handlers } from './handler.ts';

/** From the request to the network's answer. */
const ANSWER_MS = 500;
const BALANCE = 'Pulsa Rp25.000 aktif s.d. 31/12/2026';
const UNKNOWN = 'Kode tidak dikenal';

/** 27.007 §7.15: `*888#` and `*123#` tell the balance, anything else is not known. */
function ussd(modem: ModemContext, { form, args }: AtCommand): Outcome {
  if (form === 'test') {
    return ok('+CUSD: (0-2)');
  }
  if (form === 'read') {
    return ok(`+CUSD: ${modem.settings.cusd}`);
  }
  const [mode = '0', text] = args;
  if (!/^[012]$/.test(mode)) {
    return ERROR;
  }
  modem.settings.cusd = mode === '1' ? 1 : 0;
  if (text === undefined || mode === '2') {
    return ok();
  }
  const trouble = simTrouble(modem);
  if (trouble !== null) {
    return cme(trouble.cme);
  }
  if (!modem.radio.registered) {
    return cme(30);
  }
  const packed = modem.profile.ussd === 'packed-hex';
  const { cscs } = modem.settings;
  const code = packed ? unpackUssd(text) : decodeString(text, cscs);
  const answer = code === '*888#' || code === '*123#' ? BALANCE : UNKNOWN;
  const dcs = !packed && cscs === 'UCS2' ? 72 : 15;
  modem.after(ANSWER_MS, () => {
    modem.urc(`+CUSD: 0,"${packed ? packUssd(answer) : encodeString(answer, cscs)}",${dcs}`);
  });
  return ok();
}

export const USSD: Handlers = { '+CUSD': ussd };
