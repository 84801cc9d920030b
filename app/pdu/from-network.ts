import { type DecodedDeliver, deliverOf } from './deliver.ts';
import { type DecodedStatusReport, statusReportOf } from './status-report.ts';
import { MTI, mtiOf, openPdu, wrongKind } from './tpdu.ts';

/**
 * A PDU as `+CMT:`, `+CDS:`, `+CMGR:` and `+CMGL:` show it, of either kind that a network sends. The
 * reserved message type is read as SMS-DELIVER (23.040 §9.2.3.1). Throws `bad-pdu`, also for the
 * SMS-SUBMIT that a SIM keeps as "stored unsent".
 */
export function decodeFromNetwork(hex: string): DecodedDeliver | DecodedStatusReport {
  const opened = openPdu(hex);
  switch (mtiOf(opened.firstOctet)) {
    case MTI.deliver:
    case MTI.reserved:
      return deliverOf(opened);
    case MTI.statusReport:
      return statusReportOf(opened);
    default:
      throw wrongKind('SMS-DELIVER or SMS-STATUS-REPORT', opened.firstOctet);
  }
}
