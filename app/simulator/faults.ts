import { GatewayError } from '../domain/gateway-error.ts';
import type { Random } from '../domain/random.ts';
import { SEND_FAULTS, type SendFault, STANDING_FAULTS, type StandingFault } from './fault-names.ts';

interface Armed {
  /** How many sends it still strikes, or null when chance decides. */
  count: number | null;
  readonly probability: number | null;
  readonly field: string | null;
  readonly value: number | string;
}

/** What a fault that struck brings along: its own field, or 0. */
export interface Strike {
  readonly number: number;
  readonly line: string;
}

/** The misbehaviour that is switched on now. `replace` is the only way to change it. */
export class Faults {
  readonly #random: Random;
  #armed = new Map<SendFault, Armed>();
  #standing = new Set<StandingFault>();
  #onChange: () => void = () => {};

  constructor(random: Random) {
    this.#random = random;
  }

  /** Called after each change of the standing faults' set. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /**
   * Replaces the whole set; `{}` clears it. Throws GatewayError `bad-faults`, and changes nothing,
   * when a name or a value is not known.
   */
  replace(input: unknown): void {
    const armed = new Map<SendFault, Armed>();
    const standing = new Set<StandingFault>();
    if (!isRecord(input)) {
      throw bad('Faults are one JSON object, for example {"silentAccepted":{"count":1}}.');
    }
    for (const [name, value] of Object.entries(input)) {
      if (isStanding(name)) {
        if (typeof value !== 'boolean') {
          throw bad(`The fault "${name}" stands until it is cleared: give it as true.`);
        }
        if (value) {
          standing.add(name);
        }
      } else if (isSendFault(name)) {
        armed.set(name, readArmed(name, value));
      } else {
        throw bad(`There is no fault "${name}". Known faults: ${KNOWN.join(', ')}.`);
      }
    }
    this.#armed = armed;
    this.#standing = standing;
    this.#onChange();
  }

  /** Whether a standing fault is on. */
  stands(name: StandingFault): boolean {
    return this.#standing.has(name);
  }

  /** Asks whether the fault strikes this send, and counts it if so. */
  strike(name: SendFault): Strike | null {
    const armed = this.#armed.get(name);
    if (armed === undefined || !this.#hits(armed)) {
      return null;
    }
    if (armed.count !== null) {
      armed.count -= 1;
      if (armed.count === 0) {
        this.#armed.delete(name);
      }
    }
    return {
      number: typeof armed.value === 'number' ? armed.value : 0,
      line: String(armed.value),
    };
  }

  /** The set as `GET /faults` shows it; counts are those that remain. */
  snapshot(): Record<string, unknown> {
    const shown: Record<string, unknown> = {};
    for (const [name, armed] of this.#armed) {
      const how =
        armed.count === null ? { probability: armed.probability } : { count: armed.count };
      shown[name] = armed.field === null ? how : { ...how, [armed.field]: armed.value };
    }
    for (const name of this.#standing) {
      shown[name] = true;
    }
    return shown;
  }

  #hits(armed: Armed): boolean {
    if (armed.probability === null) {
      return true;
    }
    const octets = this.#random(4);
    const draw = new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0) / 0x1_0000_0000;
    return draw < armed.probability;
  }
}

const KNOWN: readonly string[] = [...Object.keys(SEND_FAULTS), ...STANDING_FAULTS];

function readArmed(name: SendFault, value: unknown): Armed {
  const spec = SEND_FAULTS[name];
  const own = spec === null ? [] : [spec.field];
  if (!isRecord(value)) {
    throw bad(`The fault "${name}" is an object with "count" or "probability".`);
  }
  const stray = Object.keys(value).find((key) => !['count', 'probability', ...own].includes(key));
  if (stray !== undefined) {
    throw bad(`The fault "${name}" has no field "${stray}".`);
  }
  const { count, probability } = value;
  if ((count === undefined) === (probability === undefined)) {
    throw bad(`The fault "${name}" needs either "count" or "probability".`);
  }
  if (count !== undefined && !isWholeNumber(count, 1, 1_000_000_000)) {
    throw bad(`"count" of "${name}" is a whole number from 1.`);
  }
  if (probability !== undefined && !isNumber(probability, 0, 1)) {
    throw bad(`"probability" of "${name}" is a number from 0 to 1.`);
  }
  const how = { count: count ?? null, probability: probability ?? null };
  if (spec === null) {
    return { ...how, field: null, value: 0 };
  }
  const given = value[spec.field] ?? spec.fallback;
  if (typeof spec.fallback === 'string') {
    if (typeof given !== 'string' || given.length > spec.max) {
      throw bad(`"${spec.field}" of "${name}" is a text of at most ${spec.max} characters.`);
    }
    return { ...how, field: spec.field, value: given };
  }
  if (!isWholeNumber(given, 0, spec.max)) {
    throw bad(`"${spec.field}" of "${name}" is a whole number from 0 to ${spec.max}.`);
  }
  return { ...how, field: spec.field, value: given };
}

function isSendFault(name: string): name is SendFault {
  return Object.hasOwn(SEND_FAULTS, name);
}

function isStanding(name: string): name is StandingFault {
  return (STANDING_FAULTS as readonly string[]).includes(name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

function isWholeNumber(value: unknown, min: number, max: number): value is number {
  return isNumber(value, min, max) && Number.isInteger(value);
}

function bad(message: string): GatewayError {
  return new GatewayError('bad-faults', message, { retry: 'never' });
}
