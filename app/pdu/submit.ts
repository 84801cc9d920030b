import type { Encoding } from '../domain/message.ts';
import { type Address, decodeAddress, encodeAddress, numberAddress } from './address.ts';
import { type CodingScheme, decodeCodingScheme, encodeCodingScheme } from './dcs.ts';
import {
  type EncodedPdu,
  finishPdu,
  HEADER_INDICATOR,
  MTI,
  mtiOf,
  openPdu,
  REJECT_DUPLICATES,
  REPLY_PATH,
  STATUS_REPORT_BIT,
  wrongKind,
} from './tpdu.ts';
import type { Concatenation } from './udh.ts';
import { decodeUserData, encodeUserData, type UserData } from './user-data.ts';
import { decodeValidity, encodeRelativeValidity, type Validity } from './validity.ts';

export interface SubmitFields {
  /** `+` and digits, or the digits of a short code. */
  readonly to: string;
  /** The text of this part. */
  readonly text: string;
  readonly encoding: Encoding;
  /** Null for a message of one part. */
  readonly concat: Concatenation | null;
  /** Rounded up to a step of TP-VP; null leaves it to the service centre. */
  readonly validitySeconds: number | null;
  readonly statusReport: boolean;
  /** Class 0: shown at once and not stored. */
  readonly flash: boolean;
  /** The service centre's number; absent or null uses the one that the SIM stores. */
  readonly smsc?: string | null;
}

export interface DecodedSubmit extends UserData {
  readonly kind: 'submit';
  readonly smsc: string | null;
  readonly to: string;
  readonly toAddress: Address;
  readonly tpMr: number;
  readonly tpPid: number;
  readonly tpDcs: number;
  readonly scheme: CodingScheme;
  readonly flash: boolean;
  readonly validity: Validity;
  readonly statusReport: boolean;
  readonly rejectDuplicates: boolean;
  readonly replyPath: boolean;
}

const RELATIVE_VALIDITY = 0x10;

/**
 * SMS-SUBMIT (23.040 §9.2.2.2). TP-MR is 0: the modem counts. Throws `number-invalid`,
 * `text-not-gsm7` or `text-invalid`.
 */
export function encodeSubmit(fields: SubmitFields): EncodedPdu {
  const { validitySeconds } = fields;
  return finishPdu(fields.smsc ?? null, [
    MTI.submit |
      (validitySeconds === null ? 0 : RELATIVE_VALIDITY) |
      (fields.statusReport ? STATUS_REPORT_BIT : 0) |
      (fields.concat === null ? 0 : HEADER_INDICATOR),
    0,
    ...encodeAddress(numberAddress(fields.to)),
    0,
    encodeCodingScheme(fields.encoding, fields.flash),
    ...(validitySeconds === null ? [] : [encodeRelativeValidity(validitySeconds)]),
    ...encodeUserData(fields),
  ]);
}

/** Throws `bad-pdu`. */
export function decodeSubmit(hex: string): DecodedSubmit {
  const { smsc, firstOctet, reader } = openPdu(hex);
  if (mtiOf(firstOctet) !== MTI.submit) throw wrongKind('SMS-SUBMIT', firstOctet);
  const tpMr = reader.octet('TP-MR');
  const toAddress = decodeAddress(reader, 'TP-DA');
  const tpPid = reader.octet('TP-PID');
  const tpDcs = reader.octet('TP-DCS');
  const validity = decodeValidity(reader, firstOctet);
  const scheme = decodeCodingScheme(tpDcs);
  return {
    kind: 'submit',
    smsc,
    to: toAddress.value,
    toAddress,
    tpMr,
    tpPid,
    tpDcs,
    scheme,
    flash: scheme.messageClass === 0,
    validity,
    statusReport: (firstOctet & STATUS_REPORT_BIT) !== 0,
    rejectDuplicates: (firstOctet & REJECT_DUPLICATES) !== 0,
    replyPath: (firstOctet & REPLY_PATH) !== 0,
    ...decodeUserData(reader, tpDcs, (firstOctet & HEADER_INDICATOR) !== 0),
  };
}
