import type { AtCommand } from '../at-syntax.ts';
import { encodeString } from '../character-set.ts';
import type { ModemContext } from '../context.ts';
import { localTime } from '../local-time.ts';
import { cme, ERROR, type Outcome, ok } from '../outcome.ts';
import { OPERATOR } from '../radio.ts';
import { registrationFields } from '../registration.ts';
import { accepted, type Handler, type Handlers, wholeNumber } from './handler.ts';

const SWITCH_MS = 200;
const ATTACH_MS = 400;
const SCAN_MS = 2_000;

function registration(
  name: '+CREG' | '+CGREG' | '+CEREG',
  key: 'creg' | 'cgreg' | 'cereg',
): Handler {
  return (modem, { form, args }) => {
    if (form === 'test') {
      return ok(`${name}: (0-2)`);
    }
    if (form === 'read') {
      const n = modem.settings[key];
      return ok(`${name}: ${n},${registrationFields(modem, key)}`);
    }
    const n = wholeNumber(args[0] ?? '0');
    if (n === null || n > 2) {
      return ERROR;
    }
    modem.settings[key] = n;
    return ok();
  };
}

function attach(modem: ModemContext): void {
  modem.radio.searching = true;
  modem.refresh();
  modem.after(ATTACH_MS, () => {
    modem.radio.searching = false;
    modem.refresh();
  });
}

/** 27.007 §8.2. `AT+CFUN=1,1` restarts. */
function functionality(modem: ModemContext, { form, args }: AtCommand): Outcome {
  const { radio } = modem;
  if (form === 'test') {
    return ok('+CFUN: (0,1,4),(0,1)');
  }
  if (form === 'read') {
    return ok(`+CFUN: ${radio.functionality}`);
  }
  const level = wholeNumber(args[0] ?? '');
  if (level === null || ![0, 1, 4].includes(level)) {
    return ERROR;
  }
  if (args[1] === '1') {
    modem.after(20, () => modem.reboot());
    return ok();
  }
  return {
    kind: 'wait',
    ms: level === radio.functionality ? 0 : SWITCH_MS,
    finish: () => {
      const before = radio.functionality;
      radio.functionality = level;
      if (level === 0) {
        modem.sim.reset();
      }
      if (level === 1 && before !== 1) {
        attach(modem);
      }
      modem.refresh();
      return ok();
    },
  };
}

/** 27.007 §7.3. */
function operator(modem: ModemContext, { form, args }: AtCommand): Outcome {
  const { radio, settings, profile } = modem;
  if (form === 'test') {
    return {
      kind: 'wait',
      ms: SCAN_MS,
      finish: () =>
        ok(
          `+COPS: (2,"${OPERATOR.longName}","${OPERATOR.shortName}","${OPERATOR.plmn}",${profile.access}),` +
            '(1,"XL Axiata","XL","51011",2),,(0-4),(0-2)',
        ),
    };
  }
  if (form === 'read') {
    const mode = radio.detached ? 2 : 0;
    if (!radio.registered) {
      return ok(`+COPS: ${mode}`);
    }
    const names = [
      encodeString(OPERATOR.longName, settings.cscs),
      encodeString(OPERATOR.shortName, settings.cscs),
      OPERATOR.plmn,
    ];
    const name = names[settings.copsFormat] ?? OPERATOR.plmn;
    return ok(`+COPS: ${mode},${settings.copsFormat},"${name}",${profile.access}`);
  }
  const mode = wholeNumber(args[0] ?? '');
  if (mode === 3) {
    const format = wholeNumber(args[1] ?? '');
    if (format === null || format > 2) {
      return ERROR;
    }
    settings.copsFormat = format;
    return ok();
  }
  if (mode === 0 || mode === 1 || mode === 4) {
    if (radio.detached) {
      radio.detached = false;
      attach(modem);
    }
    return ok();
  }
  if (mode === 2) {
    radio.detached = true;
    modem.refresh();
    return ok();
  }
  return ERROR;
}

/** 27.007 §8.69: only the LTE fields are known, and only on LTE. */
function extendedSignal(modem: ModemContext): Outcome {
  const { csq } = modem.radio;
  if (modem.profile.access !== 7 || csq === 99) {
    return ok('+CESQ: 99,99,255,255,255,255');
  }
  const rsrpDbm = -113 + 2 * csq - 20;
  return ok(`+CESQ: 99,99,255,255,20,${Math.min(97, Math.max(0, rsrpDbm + 141))}`);
}

/** Network, signal, power and time. */
export const RADIO: Handlers = {
  '+CREG': registration('+CREG', 'creg'),
  '+CGREG': registration('+CGREG', 'cgreg'),
  '+CEREG': (modem, command) =>
    modem.profile.access === 7 ? registration('+CEREG', 'cereg')(modem, command) : ERROR,
  '+COPS': operator,
  '+CFUN': functionality,
  '+CSQ': (modem, { form }) =>
    form === 'test' ? ok('+CSQ: (0-31,99),(0-7,99)') : ok(`+CSQ: ${modem.radio.csq},99`),
  '+CESQ': (modem, { form }) => (form === 'test' ? ok() : extendedSignal(modem)),
  '+CGATT': (modem, { form }) =>
    form === 'read' ? ok(`+CGATT: ${modem.radio.registered ? 1 : 0}`) : ok(),
  '+CBC': () => ok('+CBC: 0,100'),
  '+CPAS': () => ok('+CPAS: 0'),
  '+CTZU': accepted,
  '+CTZR': accepted,
  '+WS46': (_modem, { form }) => (form === 'read' ? ok('+WS46: 25') : ok()),
  '+CCLK': (modem, { form }) =>
    form === 'read' ? ok(`+CCLK: "${localTime(modem.clock.nowMs())}"`) : cme(3),
};
