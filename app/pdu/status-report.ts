import { type Address, decodeAddress, encodeAddress, numberAddress } from './address.ts';
import { classifyDeliveryStatus, type DeliveryStatus } from './delivery-status.ts';
import type { OctetReader } from './octets.ts';
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
  STATUS_REPORT_BIT,
  wrongKind,
} from './tpdu.ts';
import { decodeUserData, NO_USER_DATA, type UserData } from './user-data.ts';

export interface StatusReportFields {
  /** TP-MR of the SMS that is reported on, 0–255. */
  readonly reference: number;
  readonly recipient: string;
  /** When the service centre took the SMS. */
  readonly serviceCentreAtMs: number;
  /** When it was delivered, or last tried. */
  readonly dischargedAtMs: number;
  /** Of both times: minutes ahead of UTC, a multiple of 15. Default 0. */
  readonly offsetMinutes?: number;
  readonly tpSt: number;
  readonly smsc?: string | null;
}

export interface DecodedStatusReport extends UserData, DeliveryStatus {
  readonly kind: 'status-report';
  readonly smsc: string | null;
  readonly reference: number;
  readonly recipient: string;
  readonly recipientAddress: Address;
  /** Null when the octets are no date; the same for `dischargedAtMs`. */
  readonly serviceCentreAtMs: number | null;
  readonly dischargedAtMs: number | null;
  readonly tpSt: number;
  readonly moreMessages: boolean;
  /** The report answers an SMS-COMMAND instead of an SMS-SUBMIT (TP-SRQ). */
  readonly forCommand: boolean;
}

/** SMS-STATUS-REPORT (23.040 §9.2.2.3) without the optional fields. */
export function encodeStatusReport(fields: StatusReportFields): EncodedPdu {
  const offsetMinutes = fields.offsetMinutes ?? 0;
  return finishPdu(fields.smsc ?? null, [
    MTI.statusReport | MORE_MESSAGES_ABSENT,
    fields.reference & 0xff,
    ...encodeAddress(numberAddress(fields.recipient)),
    ...encodeTimestamp({ atMs: fields.serviceCentreAtMs, offsetMinutes }),
    ...encodeTimestamp({ atMs: fields.dischargedAtMs, offsetMinutes }),
    fields.tpSt & 0xff,
  ]);
}

/** Throws `bad-pdu`. */
export function decodeStatusReport(hex: string): DecodedStatusReport {
  const opened = openPdu(hex);
  if (mtiOf(opened.firstOctet) !== MTI.statusReport) {
    throw wrongKind('SMS-STATUS-REPORT', opened.firstOctet);
  }
  return statusReportOf(opened);
}

/** The rest of an SMS-STATUS-REPORT whose first octet was read. Throws `bad-pdu`. */
export function statusReportOf({ smsc, firstOctet, reader }: OpenedPdu): DecodedStatusReport {
  const reference = reader.octet('TP-MR');
  const recipientAddress = decodeAddress(reader, 'TP-RA');
  const serviceCentreTime = decodeTimestamp(reader.take(TIMESTAMP_OCTETS, 'TP-SCTS'));
  const dischargeTime = decodeTimestamp(reader.take(TIMESTAMP_OCTETS, 'TP-DT'));
  const tpSt = reader.octet('TP-ST');
  return {
    kind: 'status-report',
    smsc,
    reference,
    recipient: recipientAddress.value,
    recipientAddress,
    serviceCentreAtMs: serviceCentreTime?.atMs ?? null,
    dischargedAtMs: dischargeTime?.atMs ?? null,
    tpSt,
    moreMessages: (firstOctet & MORE_MESSAGES_ABSENT) === 0,
    forCommand: (firstOctet & STATUS_REPORT_BIT) !== 0,
    ...classifyDeliveryStatus(tpSt),
    ...optionalUserData(reader, (firstOctet & HEADER_INDICATOR) !== 0),
  };
}

const EXTENSION = 0x80;
const HAS_PID = 0x01;
const HAS_DCS = 0x02;
const HAS_USER_DATA = 0x04;

/** TP-PI (23.040 §9.2.3.27) and what it announces, as far as it is there: the report stands without. */
function optionalUserData(reader: OctetReader, hasHeader: boolean): UserData {
  if (reader.remaining === 0) return NO_USER_DATA;
  const indicator = reader.octet('TP-PI');
  for (let next = indicator; (next & EXTENSION) !== 0 && reader.remaining > 0; ) {
    next = reader.octet('TP-PI');
  }
  if ((indicator & HAS_PID) !== 0 && reader.remaining > 0) reader.octet('TP-PID');
  const tpDcs = (indicator & HAS_DCS) !== 0 && reader.remaining > 0 ? reader.octet('TP-DCS') : 0;
  return (indicator & HAS_USER_DATA) !== 0 && reader.remaining > 0
    ? decodeUserData(reader, tpDcs, hasHeader)
    : NO_USER_DATA;
}
