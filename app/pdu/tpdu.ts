import { decodeServiceCentre, encodeServiceCentre } from './address.ts';
import { hexOf, OctetReader, octetsOfHex } from './octets.ts';
import { PduError } from './pdu-error.ts';

/** A PDU as the AT commands of 27.005 §4 carry it. */
export interface EncodedPdu {
  /** Upper-case hex, beginning with the service-centre field. */
  readonly pdu: string;
  /** Octets without the service-centre field, as `AT+CMGS=` and `+CMT:` count them. */
  readonly tpduLength: number;
}

/** TP-MTI (23.040 §9.2.3.1); what 0 and 2 mean depends on the direction. */
export const MTI = { deliver: 0, submit: 1, statusReport: 2, reserved: 3 } as const;

export const MORE_MESSAGES_ABSENT = 0x04;
export const REJECT_DUPLICATES = 0x04;
export const STATUS_REPORT_BIT = 0x20;
export const HEADER_INDICATOR = 0x40;
export const REPLY_PATH = 0x80;

/** `smsc` null leaves the choice of the service centre to the modem (octet `00`). */
export function finishPdu(smsc: string | null, tpdu: readonly number[]): EncodedPdu {
  const octets = Uint8Array.from([...encodeServiceCentre(smsc), ...tpdu]);
  return { pdu: hexOf(octets), tpduLength: tpdu.length };
}

export interface OpenedPdu {
  readonly smsc: string | null;
  readonly firstOctet: number;
  /** Stands after the first octet. */
  readonly reader: OctetReader;
}

/** Reads up to the first octet of the TPDU. Throws `bad-pdu`. */
export function openPdu(hex: string): OpenedPdu {
  const reader = new OctetReader(octetsOfHex(hex));
  const smsc = decodeServiceCentre(reader);
  return { smsc, firstOctet: reader.octet('the first octet of the TPDU'), reader };
}

export function mtiOf(firstOctet: number): number {
  return firstOctet & 0x3;
}

export function wrongKind(wanted: string, firstOctet: number): PduError {
  return new PduError(`The PDU is not an ${wanted}.`, { tpMti: mtiOf(firstOctet) });
}
