import { PduError } from './pdu-error.ts';

/**
 * Longest hex string a decoder looks at. The longest TPDU with its service-centre field stays
 * below 190 octets (23.040 §9.2.2); the rest is room for padding that some modems append.
 */
const MAX_HEX_DIGITS = 1024;

/** Hex (either case, blanks around it allowed) to octets. Throws `bad-pdu`. */
export function octetsOfHex(hex: string): Uint8Array {
  if (hex.length > MAX_HEX_DIGITS) {
    throw new PduError('The PDU is longer than any SMS can be.', { length: hex.length });
  }
  const digits = hex.trim();
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(digits)) {
    throw new PduError('The PDU is not an even number of hex digits.', { length: hex.length });
  }
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Upper-case hex, as every modem reads it. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex').toUpperCase();
}

/** Reads octets one after another; reading past the end throws `bad-pdu`. */
export class OctetReader {
  readonly #octets: Uint8Array;
  #position = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get remaining(): number {
    return this.#octets.length - this.#position;
  }

  /** One octet; `field` names it in the error. */
  octet(field: string): number {
    const value = this.#octets[this.#position];
    if (value === undefined) {
      throw new PduError(`The PDU ends before ${field}.`, { field, position: this.#position });
    }
    this.#position += 1;
    return value;
  }

  /** A view of `length` octets. */
  take(length: number, field: string): Uint8Array {
    if (length > this.remaining) {
      throw new PduError(`The PDU ends inside ${field}.`, { field, position: this.#position });
    }
    return this.upTo(length);
  }

  /** A view of `length` octets, or of all that are left when they are fewer. */
  upTo(length: number): Uint8Array {
    const start = this.#position;
    this.#position = Math.min(start + length, this.#octets.length);
    return this.#octets.subarray(start, this.#position);
  }
}
