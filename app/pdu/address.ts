import { GatewayError } from '../domain/gateway-error.ts';
import { septetsOfText, textOfSeptets } from './gsm7-alphabet.ts';
import type { OctetReader } from './octets.ts';
import { packSeptets, unpackSeptets } from './septets.ts';

/** An address field (23.040 §9.1.2.5). */
export interface Address {
  /** `+…` for an international number, else its digits (0–9 `*` `#` `a` `b` `c`), or a sender's name. */
  readonly value: string;
  /** A name can't be dialled or answered. */
  readonly kind: 'number' | 'name';
  /** 0 unknown, 1 international, 2 national, 3 network-specific, 4 subscriber, 5 alphanumeric, 6 abbreviated. */
  readonly typeOfNumber: number;
  /** 1 is ISDN/telephone (E.164). */
  readonly numberingPlan: number;
}

const DIGITS = '0123456789*#abc';
const FILLER = 0xf;
const INTERNATIONAL = 1;
const ALPHANUMERIC = 5;
/** Semi-octets of Address-Value (23.040 §9.1.2.5: ten octets). */
const MAX_DIGITS = 20;
const MAX_NAME_SEPTETS = 11;

/** `+` and digits is international; other digits are of unknown type (national or a short code). */
export function numberAddress(value: string): Address {
  const international = value.startsWith('+');
  return {
    value: value.toLowerCase(),
    kind: 'number',
    typeOfNumber: international ? INTERNATIONAL : 0,
    numberingPlan: 1,
  };
}

/** The address of a sender: a number where it looks like one, else a name of at most 11 septets. */
export function senderAddress(value: string): Address {
  return /^\+?[0-9*#]+$/.test(value)
    ? numberAddress(value)
    : { value, kind: 'name', typeOfNumber: ALPHANUMERIC, numberingPlan: 0 };
}

/** Length (in semi-octets), type and value of TP-DA, TP-OA or TP-RA. Throws `number-invalid`. */
export function encodeAddress(address: Address): number[] {
  const type = typeOctet(address);
  if (address.kind === 'name') {
    const septets = septetsOfText(address.value);
    if (septets === null || septets.length > MAX_NAME_SEPTETS) {
      throw invalid('A sender name has at most 11 characters of the GSM 7-bit alphabet.');
    }
    return [Math.ceil((septets.length * 7) / 4), type, ...packSeptets(septets)];
  }
  const digits = digitsOf(address);
  return [digits.length, type, ...packDigits(digits)];
}

/** The service-centre field before the TPDU (27.005 §3.1): here the length counts octets. */
export function encodeServiceCentre(smsc: string | null): number[] {
  if (smsc === null) return [0];
  const address = numberAddress(smsc);
  const value = packDigits(digitsOf(address));
  return [value.length + 1, typeOctet(address), ...value];
}

export function decodeAddress(reader: OctetReader, field: string): Address {
  const semiOctets = reader.octet(field);
  const type = reader.octet(field);
  return addressOf(reader.take(Math.ceil(semiOctets / 2), field), semiOctets, type);
}

/** Null when the length is 0: the modem's stored number is meant. */
export function decodeServiceCentre(reader: OctetReader): string | null {
  const length = reader.octet('the service-centre length');
  if (length === 0) return null;
  const type = reader.octet('the service-centre type');
  const value = reader.take(length - 1, 'the service-centre number');
  return addressOf(value, value.length * 2, type).value;
}

function addressOf(value: Uint8Array, semiOctets: number, type: number): Address {
  const typeOfNumber = (type >> 4) & 0x7;
  const numberingPlan = type & 0xf;
  if (typeOfNumber === ALPHANUMERIC) {
    return { value: nameOf(value, semiOctets), kind: 'name', typeOfNumber, numberingPlan };
  }
  const digits = unpackDigits(value, semiOctets);
  return {
    value: typeOfNumber === INTERNATIONAL && digits !== '' ? `+${digits}` : digits,
    kind: 'number',
    typeOfNumber,
    numberingPlan,
  };
}

/**
 * The length counts useful semi-octets, so 7 characters (49 bits) are 13; a sender that rounds up
 * to whole octets writes 14, and the 7 spare bits would read as an eighth character `@`.
 */
function nameOf(value: Uint8Array, semiOctets: number): string {
  const septets = unpackSeptets(value, Math.floor((semiOctets * 4) / 7));
  const spare = semiOctets === 14 && septets[7] === 0;
  return textOfSeptets(spare ? septets.subarray(0, 7) : septets);
}

function typeOctet(address: Address): number {
  return 0x80 | ((address.typeOfNumber & 0x7) << 4) | (address.numberingPlan & 0xf);
}

function digitsOf(address: Address): string {
  const digits = address.value.replace(/^\+/, '').toLowerCase();
  if (digits.length === 0 || digits.length > MAX_DIGITS || !/^[0-9*#abc]+$/.test(digits)) {
    throw invalid('A number has 1 to 20 digits, after a + where it is international.');
  }
  return digits;
}

function packDigits(digits: string): number[] {
  const octets: number[] = [];
  for (let index = 0; index < digits.length; index += 2) {
    const low = DIGITS.indexOf(digits.charAt(index));
    const high = index + 1 < digits.length ? DIGITS.indexOf(digits.charAt(index + 1)) : FILLER;
    octets.push((high << 4) | low);
  }
  return octets;
}

/** At most `count` digits; a filler ends the number wherever it stands. */
function unpackDigits(octets: Uint8Array, count: number): string {
  let digits = '';
  for (let index = 0; index < count; index += 1) {
    const octet = octets[index >> 1] ?? 0xff;
    const digit = index % 2 === 0 ? octet & 0xf : octet >> 4;
    if (digit === FILLER) break;
    digits += DIGITS.charAt(digit);
  }
  return digits;
}

function invalid(message: string): GatewayError {
  return new GatewayError('number-invalid', message, { retry: 'never' });
}
