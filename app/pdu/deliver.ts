import { type Address, decodeAddress, encodeAddress, senderAddress } from './address.ts';
import {
  type CodingScheme,
  decodeCodingScheme,
  encodeCodingScheme,
  type TextEncoding,
} from './dcs.ts';
import { decodeTimestamp, encodeTimestamp, TIMESTAMP_OCTETS } from './timestamps.ts';
import {
  type EncodedPdu,
  finishPdu,
  HEADER_INDICATOR,
  MORE_MESSAGES_ABSENT,
  MTI,
  mtiOf,
  type OpenedPdu,
  openPdu,
  REPLY_PATH,
  STATUS_REPORT_BIT,
  wrongKind,
} from './tpdu.ts';
import type { Concatenation } from './udh.ts';
import { decodeUserData, encodeUserData, type UserData } from './user-data.ts';

export interface DeliverFields {
  /** `+` and digits, other digits, or a sender's name of at most 11 characters. */
  readonly from: string;
  /** The text of this part; with `8bit` hex. */
  readonly text: string;
  readonly encoding: TextEncoding;
  readonly concat: Concatenation | null;
  readonly serviceCentreAtMs: number;
  /** Minutes ahead of UTC, a multiple of 15. Default 0. */
  readonly serviceCentreOffsetMinutes?: number;
  readonly flash?: boolean;
  /** More SMS wait at the service centre. */
  readonly moreMessages?: boolean;
  readonly smsc?: string | null;
}

export interface DecodedDeliver extends UserData {
  readonly kind: 'deliver';
  readonly smsc: string | null;
  readonly from: string;
  readonly fromAddress: Address;
  readonly tpPid: number;
  readonly tpDcs: number;
  readonly scheme: CodingScheme;
  readonly flash: boolean;
  /** TP-SCTS in wall milliseconds, or null when it is no date. */
  readonly serviceCentreAtMs: number | null;
  readonly serviceCentreOffsetMinutes: number | null;
  readonly moreMessages: boolean;
  /** The sender's service centre wants a report. */
  readonly statusReport: boolean;
  readonly replyPath: boolean;
}

/** SMS-DELIVER (23.040 §9.2.2.1), as a service centre would write it. Errors as `encodeSubmit`. */
export function encodeDeliver(fields: DeliverFields): EncodedPdu {
  return finishPdu(fields.smsc ?? null, [
    MTI.deliver |
      (fields.moreMessages === true ? 0 : MORE_MESSAGES_ABSENT) |
      (fields.concat === null ? 0 : HEADER_INDICATOR),
    ...encodeAddress(senderAddress(fields.from)),
    0,
    encodeCodingScheme(fields.encoding, fields.flash === true),
    ...encodeTimestamp({
      atMs: fields.serviceCentreAtMs,
      offsetMinutes: fields.serviceCentreOffsetMinutes ?? 0,
    }),
    ...encodeUserData(fields),
  ]);
}

/** Throws `bad-pdu`. */
export function decodeDeliver(hex: string): DecodedDeliver {
  const opened = openPdu(hex);
  if (mtiOf(opened.firstOctet) !== MTI.deliver) throw wrongKind('SMS-DELIVER', opened.firstOctet);
  return deliverOf(opened);
}

/** The rest of an SMS-DELIVER whose first octet was read. Throws `bad-pdu`. */
export function deliverOf({ smsc, firstOctet, reader }: OpenedPdu): DecodedDeliver {
  const fromAddress = decodeAddress(reader, 'TP-OA');
  const tpPid = reader.octet('TP-PID');
  const tpDcs = reader.octet('TP-DCS');
  const time = decodeTimestamp(reader.take(TIMESTAMP_OCTETS, 'TP-SCTS'));
  const scheme = decodeCodingScheme(tpDcs);
  return {
    kind: 'deliver',
    smsc,
    from: fromAddress.value,
    fromAddress,
    tpPid,
    tpDcs,
    scheme,
    flash: scheme.messageClass === 0,
    serviceCentreAtMs: time?.atMs ?? null,
    serviceCentreOffsetMinutes: time?.offsetMinutes ?? null,
    moreMessages: (firstOctet & MORE_MESSAGES_ABSENT) === 0,
    statusReport: (firstOctet & STATUS_REPORT_BIT) !== 0,
    replyPath: (firstOctet & REPLY_PATH) !== 0,
    ...decodeUserData(reader, tpDcs, (firstOctet & HEADER_INDICATOR) !== 0),
  };
}
