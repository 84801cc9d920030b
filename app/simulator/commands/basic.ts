import { ERROR, ok } from '../outcome.ts';
import { factorySettings } from '../settings.ts';
import { accepted, type Handler, type Handlers } from './handler.ts';

const reset: Handler = (modem) => {
  modem.settings = factorySettings();
  return ok();
};

/** V.250 commands without `+`. */
export const BASIC: Handlers = {
  E: (modem, { args }) => {
    modem.settings.echo = args[0] === '1';
    return ok();
  },
  V: (modem, { args }) => {
    modem.settings.verbose = args[0] === '1';
    return ok();
  },
  Q: (modem, { args }) => {
    modem.settings.quiet = args[0] === '1';
    return ok();
  },
  Z: reset,
  '&F': reset,
  I: (modem) =>
    ok(...modem.profile.about.map((line) => line.replace('{imei}', modem.identity.imei))),
  D: () => ({ kind: 'result', text: 'NO CARRIER', numeric: 3 }),
  A: () => ({ kind: 'result', text: 'NO CARRIER', numeric: 3 }),
  H: accepted,
  L: accepted,
  M: accepted,
  S: (_modem, { form }) => (form === 'read' ? ok('000') : ok()),
  X: accepted,
  '&C': accepted,
  '&D': accepted,
  '&K': accepted,
  '&S': accepted,
  '&W': accepted,
  '\\Q': accepted,
  '+IFC': accepted,
  '+ICF': accepted,
  '+IPR': (_modem, { form }) => (form === 'read' ? ok('+IPR: 115200') : ok()),
  '+GCAP': () => ok('+GCAP: +CGSM,+DS,+ES'),
  '+CMEE': (modem, { form, args }) => {
    if (form === 'test') {
      return ok('+CMEE: (0,1,2)');
    }
    if (form === 'read') {
      return ok(`+CMEE: ${modem.settings.cmee}`);
    }
    if (!/^[012]?$/.test(args[0] ?? '')) {
      return ERROR;
    }
    modem.settings.cmee = Number(args[0] ?? 0);
    return ok();
  },
};
