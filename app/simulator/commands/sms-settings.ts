import type { AtCommand } from '../at-syntax.ts';
import { CHARACTER_SETS, decodeString, encodeString } from '../character-set.ts';
import { type ModemContext, simTrouble } from '../context.ts';
import type { MessageMemory } from '../message-store.ts';
import { cme, cms, ERROR, type Outcome, ok } from '../outcome.ts';
import { type Handlers, numberSetting, wholeNumber } from './handler.ts';

/** 27.005 §3.4.1: how received messages and reports are shown. */
function indications(modem: ModemContext, { form, args }: AtCommand): Outcome {
  const offers = modem.profile.cnmi;
  if (form === 'test') {
    return ok(`+CNMI: ${offers.map((values) => `(${values.join(',')})`).join(',')}`);
  }
  if (form === 'read') {
    return ok(`+CNMI: ${modem.settings.cnmi.join(',')}`);
  }
  const wanted = offers.map((_values, i) => {
    const text = args[i] ?? '';
    return text === '' ? (modem.settings.cnmi[i] ?? 0) : wholeNumber(text);
  });
  const chosen = wanted.filter((value, i) => value !== null && offers[i]?.includes(value));
  if (chosen.length !== offers.length || args.length > offers.length) {
    return cms(302);
  }
  modem.settings.cnmi = chosen.map(Number);
  modem.after(0, () => modem.incoming.flush());
  return ok();
}

/** 27.005 §3.2.1: service 1 makes the program acknowledge with CNMA. */
function service(modem: ModemContext, { form, args }: AtCommand): Outcome {
  if (form === 'test') {
    return ok(`+CSMS: (${modem.profile.services.join(',')})`);
  }
  if (form === 'read') {
    return ok(`+CSMS: ${modem.settings.csms},1,1,1`);
  }
  const wanted = wholeNumber(args[0] ?? '');
  if (wanted === null || !modem.profile.services.includes(wanted)) {
    return cms(302);
  }
  modem.settings.csms = wanted;
  return ok('+CSMS: 1,1,1');
}

/** 27.005 §3.2.2: which memory is read, written, and received into. */
function memories(modem: ModemContext, { form, args }: AtCommand): Outcome {
  const trouble = simTrouble(modem);
  if (trouble !== null) {
    return cms(trouble.cms);
  }
  const { settings, stores } = modem;
  const general = [...stores.keys()].filter((name) => name !== 'SR');
  if (form === 'test') {
    const list = (names: readonly string[]): string => `(${names.map((n) => `"${n}"`).join(',')})`;
    return ok(`+CPMS: ${list([...stores.keys()])},${list(general)},${list(general)}`);
  }
  if (form === 'set') {
    const isMemory = (name: string): name is MessageMemory =>
      (stores as ReadonlyMap<string, unknown>).has(name);
    const names = args.filter((name) => name !== '');
    const usable = names.filter(isMemory);
    if (names.length === 0 || names.length > 3 || usable.length !== names.length) {
      return cms(302);
    }
    const [read = settings.readMemory, write, receive] = usable;
    if (write === 'SR' || receive === 'SR') {
      return cms(302);
    }
    settings.readMemory = read;
    settings.writeMemory = write ?? settings.writeMemory;
    settings.receiveMemory = receive ?? settings.receiveMemory;
  }
  const chosen = [settings.readMemory, settings.writeMemory, settings.receiveMemory];
  const fills = chosen.map((name) => {
    const store = stores.get(name);
    const total = store?.capacity ?? 0;
    const used = modem.faults.stands('storageFull') ? total : (store?.used ?? 0);
    return form === 'read' ? `"${name}",${used},${total}` : `${used},${total}`;
  });
  return ok(`+CPMS: ${fills.join(',')}`);
}

/** 27.005 §3.3.1. */
function serviceCentre(modem: ModemContext, { form, args }: AtCommand): Outcome {
  const trouble = simTrouble(modem);
  if (form === 'test') {
    return ok();
  }
  if (trouble !== null) {
    return cms(trouble.cms);
  }
  const { cscs } = modem.settings;
  if (form === 'read') {
    const number = encodeString(modem.smsc, cscs === 'UCS2' ? cscs : 'IRA');
    return ok(`+CSCA: "${number}",${modem.smsc.startsWith('+') ? 145 : 129}`);
  }
  const number = decodeString(args[0] ?? '', cscs);
  if (!/^\+?\d{0,20}$/.test(number)) {
    return cms(304);
  }
  modem.smsc = args[1] === '145' && /^\d/.test(number) ? `+${number}` : number;
  return ok();
}

/** How short messages are kept, shown and spelt. */
export const SMS_SETTINGS: Handlers = {
  '+CNMI': indications,
  '+CSMS': service,
  '+CPMS': memories,
  '+CSCA': serviceCentre,
  '+CMGF': numberSetting(
    '+CMGF',
    0,
    1,
    (modem) => modem.settings.cmgf,
    (modem, value) => {
      modem.settings.cmgf = value;
    },
  ),
  '+CMMS': numberSetting(
    '+CMMS',
    0,
    2,
    (modem) => modem.settings.cmms,
    (modem, value) => {
      modem.settings.cmms = value;
    },
  ),
  '+CSDH': numberSetting(
    '+CSDH',
    0,
    1,
    (modem) => modem.settings.csdh,
    (modem, value) => {
      modem.settings.csdh = value;
    },
  ),
  '+CGSMS': numberSetting(
    '+CGSMS',
    0,
    3,
    () => 1,
    () => {},
  ),
  '+CSMP': (modem, { form, args }) => {
    if (form !== 'set') {
      return form === 'test' ? ok() : ok(`+CSMP: ${modem.settings.csmp.join(',')}`);
    }
    const values = modem.settings.csmp.map((old, i) =>
      (args[i] ?? '') === '' ? old : (wholeNumber(args[i] ?? '') ?? -1),
    );
    if (values.some((value) => value < 0 || value > 255)) {
      return cms(305);
    }
    modem.settings.csmp = values;
    return ok();
  },
  '+CSCS': (modem, { form, args }) => {
    if (form === 'test') {
      return ok(`+CSCS: (${CHARACTER_SETS.map((name) => `"${name}"`).join(',')})`);
    }
    if (form === 'read') {
      return ok(`+CSCS: "${modem.settings.cscs}"`);
    }
    const name = (args[0] ?? '').toUpperCase();
    if (!CHARACTER_SETS.includes(name)) {
      return ERROR;
    }
    modem.settings.cscs = name;
    return ok();
  },
  '+CNMA': (modem, { form, args }) => {
    if (form === 'test') {
      return ok('+CNMA: (0-2)');
    }
    return modem.settings.csms === 0 ? cms(340) : modem.incoming.acknowledge(args[0] !== '2');
  },
  '+CSAS': () => ok(),
  '+CRES': () => ok(),
  '+CPBS': (modem) => {
    const trouble = simTrouble(modem);
    return cme(trouble?.cme ?? 4);
  },
};
