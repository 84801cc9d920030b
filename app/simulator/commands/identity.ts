import type { ModemContext } from '../context.ts';
import { simTrouble } from '../context.ts';
import { cme, ok } from '../outcome.ts';
import type { Handler, Handlers } from './handler.ts';

function fact(read: (modem: ModemContext) => string): Handler {
  return (modem, { form }) => (form === 'test' ? ok() : ok(read(modem)));
}

const manufacturer = fact((modem) => modem.profile.manufacturer);
const model = fact((modem) => modem.profile.model);
const revision = fact((modem) => modem.profile.revision);

const serial: Handler = (modem, { form, args }) => {
  if (form === 'test') {
    return ok();
  }
  const { imei } = modem.identity;
  return ok(form === 'set' && args[0] === '1' ? `+CGSN: "${imei}"` : imei);
};

/** 27.007 §5: who the modem and its subscriber are. */
export const IDENTITY: Handlers = {
  '+CGMI': manufacturer,
  '+GMI': manufacturer,
  '+CGMM': model,
  '+GMM': model,
  '+CGMR': revision,
  '+GMR': revision,
  '+CGSN': serial,
  '+GSN': serial,
  '+CIMI': (modem, { form }) => {
    const trouble = simTrouble(modem);
    if (form === 'test') {
      return ok();
    }
    return trouble === null ? ok(modem.identity.imsi) : cme(trouble.cme);
  },
  '+CNUM': (modem) => {
    const trouble = simTrouble(modem);
    return trouble === null ? ok() : cme(trouble.cme);
  },
  /** 27.007 §8.18: EF-ICCID as it lies on the card, digits swapped in pairs. */
  '+CRSM': (modem, { args }) => {
    if (!modem.sim.present) {
      return cme(10);
    }
    if (args[0] !== '176' || args[1] !== '12258') {
      return ok('+CRSM: 106,130,""');
    }
    const digits = modem.identity.iccid.padEnd(20, 'F');
    return ok(`+CRSM: 144,0,"${digits.replace(/(.)(.)/g, '$2$1')}"`);
  },
};
