import { GatewayError } from '../domain/gateway-error.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Modem } from './modem.ts';
import type { InboundText, Network } from './network.ts';

export interface ControlContext {
  readonly modem: Modem;
  readonly network: Network;
  readonly faults: Faults;
  readonly journal: Journal;
}

/** Answers one call with what becomes JSON; throws GatewayError for a wrong body. */
type Route = (context: ControlContext, body: unknown) => unknown;

/** Path → method → what it does; the journal is streamed by the server itself. */
export const CONTROL_ROUTES: ReadonlyMap<
  string,
  Readonly<Record<string, Route | 'journal'>>
> = new Map<string, Readonly<Record<string, Route | 'journal'>>>([
  ['/inbound', { POST: inbound }],
  ['/journal', { GET: 'journal' }],
  ['/faults', { GET: ({ faults }) => faults.snapshot(), POST: setFaults }],
  ['/signal', { POST: setSignal }],
  ['/registration', { POST: setRegistration }],
  ['/power', { POST: setPower }],
  ['/state', { GET: state }],
]);

function inbound({ network }: ControlContext, body: unknown): unknown {
  const fields = record(body, [
    'from',
    'text',
    'encoding',
    'referenceBits',
    'flash',
    'order',
    'pdu',
  ]);
  if (fields['pdu'] !== undefined) {
    network.inboundPdu(text(fields, 'pdu'));
    return { parts: 1 };
  }
  const { encoding, referenceBits, flash, order } = fields;
  const message: InboundText = {
    from: text(fields, 'from'),
    text: text(fields, 'text'),
    ...(encoding === undefined ? {} : { encoding: oneOf(encoding, 'encoding', ENCODINGS) }),
    ...(referenceBits === undefined
      ? {}
      : { referenceBits: oneOf(referenceBits, 'referenceBits', [8, 16] as const) }),
    ...(flash === undefined ? {} : { flash: oneOf(flash, 'flash', [true, false] as const) }),
    ...(order === undefined ? {} : { order: partNumbers(order) }),
  };
  return { parts: network.inbound(message) };
}

const ENCODINGS = ['auto', 'gsm7', 'ucs2'] as const;

function setFaults({ faults }: ControlContext, body: unknown): unknown {
  faults.replace(body);
  return faults.snapshot();
}

function setSignal({ modem }: ControlContext, body: unknown): unknown {
  const csq = wholeNumber(record(body, ['csq']), 'csq');
  if (csq > 31 && csq !== 99) {
    throw bad('"csq" is 0 to 31, or 99 for unknown.');
  }
  modem.radio.csqWithCoverage = csq;
  return { csq };
}

function setRegistration({ modem }: ControlContext, body: unknown): unknown {
  const stat = wholeNumber(record(body, ['stat']), 'stat');
  if (stat > 10) {
    throw bad('"stat" is 0 to 10, as in +CREG.');
  }
  modem.radio.networkStat = stat;
  modem.refresh();
  return { stat };
}

function setPower({ modem }: ControlContext, body: unknown): unknown {
  const action = oneOf(record(body, ['action'])['action'], 'action', [
    'reboot',
    'off',
    'on',
  ] as const);
  if (action === 'reboot') {
    modem.reboot();
  } else {
    modem.power(action === 'on');
  }
  return { powered: modem.powered };
}

function state({ modem, journal }: ControlContext): unknown {
  return {
    profile: modem.profile.name,
    imei: modem.identity.imei,
    iccid: modem.identity.iccid,
    connected: modem.terminal.connected,
    mode: modem.terminal.mode,
    powered: modem.powered,
    restarts: modem.restarts,
    accepted: journal.count,
    held: modem.incoming.held,
    stored: Object.fromEntries([...modem.stores].map(([name, store]) => [name, store.used])),
    sim: { lock: modem.sim.lock, pinTries: modem.sim.pinTries, pukTries: modem.sim.pukTries },
    radio: { stat: modem.radio.stat, csq: modem.radio.csq },
    settings: modem.settings,
  };
}

function record(body: unknown, names: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw bad(`The body is a JSON object with ${names.join(', ')}.`);
  }
  const stray = Object.keys(body).find((key) => !names.includes(key));
  if (stray !== undefined) {
    throw bad(`There is no field "${stray}" here; known: ${names.join(', ')}.`);
  }
  return { ...body };
}

function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') {
    throw bad(`"${name}" is a text and must be given.`);
  }
  return value;
}

function wholeNumber(fields: Record<string, unknown>, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw bad(`"${name}" is a whole number from 0 and must be given.`);
  }
  return value;
}

function oneOf<T extends string | number | boolean>(
  value: unknown,
  name: string,
  values: readonly T[],
): T {
  const found = values.find((one) => one === value);
  if (found === undefined) {
    throw bad(`"${name}" is one of ${values.join(', ')}.`);
  }
  return found;
}

function partNumbers(value: unknown): number[] {
  const numbers = Array.isArray(value) ? value : [];
  const whole = numbers.filter((one): one is number => Number.isInteger(one) && one >= 1);
  if (whole.length !== numbers.length || whole.length === 0 || whole.length > 1_000) {
    throw bad('"order" is a list of part numbers, counted from 1.');
  }
  return whole;
}

function bad(message: string): GatewayError {
  return new GatewayError('bad-body', message, { retry: 'never' });
}
