import { GatewayError } from '../domain/gateway-error.ts';
import { decodeCodingScheme, type TextEncoding } from './dcs.ts';
import { septetsOfText, textOfSeptets } from './gsm7-alphabet.ts';
import { languageTables } from './national-tables.ts';
import { hexOf, type OctetReader } from './octets.ts';
import { notGsm7 } from './segment.ts';
import { packSeptets, unpackSeptets } from './septets.ts';
import { octetsOfUcs2, textOfUcs2 } from './ucs2.ts';
import {
  type Concatenation,
  encodeConcatHeader,
  parseUserDataHeader,
  type UserDataHeader,
} from './udh.ts';

/** What TP-UD says. */
export interface UserData {
  /** The part's text; with `8bit` its octets as upper-case hex. */
  readonly text: string;
  readonly encoding: TextEncoding;
  /** Something of the text could not be read; the PDU itself is the only full copy. */
  readonly lossy: boolean;
  /** Lossy for a reason that joining with other parts can't mend: cut short, bad header, compressed. */
  readonly damaged: boolean;
  /** Null without a header. */
  readonly header: UserDataHeader | null;
  readonly concat: Concatenation | null;
  /**
   * The text before decoding, without header: one septet an octet (`gsm7`), UTF-16BE (`ucs2`), or
   * the octets. Parts of a long text are joined here, since a sender may cut inside a character.
   */
  readonly userData: Uint8Array;
}

export interface UserDataFields {
  /** With `8bit`: hex. */
  readonly text: string;
  readonly encoding: TextEncoding;
  readonly concat: Concatenation | null;
}

/** Octets of TP-UD (23.040 §9.2.3.24). */
const MAX_OCTETS = 140;
const MAX_SEPTETS = 160;

/** TP-UDL and TP-UD. Throws `text-not-gsm7`, `text-invalid` (too long, senseless part numbers). */
export function encodeUserData(fields: UserDataFields): number[] {
  const header = fields.concat === null ? [] : encodeConcatHeader(checked(fields.concat));
  if (fields.encoding === 'gsm7') {
    const septets = septetsOfText(fields.text);
    if (septets === null) throw notGsm7(fields.text);
    const length = headerSeptets(header.length) + septets.length;
    if (length > MAX_SEPTETS) throw tooLong();
    return [length, ...header, ...packSeptets(septets, fillBits(header.length))];
  }
  const octets = fields.encoding === 'ucs2' ? octetsOfUcs2(fields.text) : rawOctets(fields.text);
  const length = header.length + octets.length;
  if (length > MAX_OCTETS) throw tooLong();
  return [length, ...header, ...octets];
}

/** Reads TP-UDL and TP-UD. Data shorter than TP-UDL says is read as far as it goes. */
export function decodeUserData(reader: OctetReader, tpDcs: number, hasHeader: boolean): UserData {
  const scheme = decodeCodingScheme(tpDcs);
  const sevenBit = scheme.alphabet === 'gsm7' && !scheme.compressed;
  const tpUdl = reader.octet('TP-UDL');
  const wanted = sevenBit ? Math.ceil((tpUdl * 7) / 8) : tpUdl;
  const octets = reader.upTo(wanted);
  const { header, headerOctets } = splitHeader(octets, hasHeader);
  const damaged = octets.length < wanted || header?.malformed === true || scheme.compressed;
  const encoding = scheme.compressed ? '8bit' : scheme.alphabet;
  const userData = sevenBit
    ? unpackSeptets(
        octets.subarray(headerOctets),
        Math.max(0, tpUdl - headerSeptets(headerOctets)),
        fillBits(headerOctets),
      )
    : octets.slice(headerOctets);
  const { text, lossy } = textOfUserData(userData, encoding, header);
  return {
    text,
    encoding,
    lossy: lossy || damaged,
    damaged,
    header,
    concat: header?.concat ?? null,
    userData,
  };
}

/** No user data at all, as in most status reports. */
export const NO_USER_DATA: UserData = {
  text: '',
  encoding: 'gsm7',
  lossy: false,
  damaged: false,
  header: null,
  concat: null,
  userData: new Uint8Array(0),
};

/** Decodes what `userData` holds, of one part or of several joined ones with the same header kind. */
export function textOfUserData(
  userData: Uint8Array,
  encoding: TextEncoding,
  header: UserDataHeader | null,
): { readonly text: string; readonly lossy: boolean } {
  if (encoding === 'ucs2') return textOfUcs2(userData);
  if (encoding === '8bit') return { text: hexOf(userData), lossy: false };
  const tables = languageTables(header?.lockingShift ?? 0, header?.singleShift ?? 0);
  return { text: textOfSeptets(userData, tables.main, tables.shift), lossy: tables.lossy };
}

function splitHeader(
  octets: Uint8Array,
  hasHeader: boolean,
): { readonly header: UserDataHeader | null; readonly headerOctets: number } {
  if (!hasHeader) return { header: null, headerOctets: 0 };
  const headerOctets = Math.min((octets[0] ?? 0) + 1, octets.length);
  const complete = octets.length > (octets[0] ?? 0);
  return { header: parseUserDataHeader(octets.subarray(1, headerOctets), complete), headerOctets };
}

function rawOctets(hex: string): Uint8Array {
  const octets = Buffer.from(hex, 'hex');
  if (octets.length * 2 !== hex.length) throw invalid('8-bit data is written as hex digits.');
  return octets;
}

/** Septets that a header of so many octets takes the place of, fill bits included. */
function headerSeptets(headerOctets: number): number {
  return Math.ceil((headerOctets * 8) / 7);
}

/** Zero bits between header and text, so that the text starts on a septet boundary. */
function fillBits(headerOctets: number): number {
  return headerSeptets(headerOctets) * 7 - headerOctets * 8;
}

function checked(concat: Concatenation): Concatenation {
  const { reference, bits, total, number } = concat;
  const whole = [reference, total, number].every(Number.isInteger);
  if (!whole || total > 255 || number < 1 || number > total) {
    throw invalid('A long SMS has at most 255 parts, numbered from 1.');
  }
  if (reference < 0 || reference >= 2 ** bits) {
    throw invalid(`The reference of a long SMS has ${bits} bits.`);
  }
  return concat;
}

function tooLong(): GatewayError {
  return invalid('The text does not fit one part; cut it with segmentText first.');
}

function invalid(message: string): GatewayError {
  return new GatewayError('text-invalid', message, { retry: 'never' });
}
