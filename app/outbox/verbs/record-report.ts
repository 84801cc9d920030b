import type { ModemId } from '../../domain/ids.ts';
import type { PartStatus } from '../../domain/message.ts';
import type { StatusReport } from '../contract.ts';
import { loadMessage } from '../message-row.ts';
import { followParts } from '../part-row.ts';
import type { Tx } from '../tx.ts';

/** No service centre reports later than this; it keeps wrapped references apart. */
const REPORT_WINDOW_MS = 10 * 24 * 3_600_000;
/** Where the service centre's time stamp of a part may lie around our hand-over of it. */
const SCTS_BEFORE_MS = 60_000;
const SCTS_AFTER_MS = 300_000;

interface Candidate {
  readonly message_seq: number;
  readonly number: number;
  readonly status: PartStatus;
  readonly modem: ModemId;
  readonly iccid: string | null;
  readonly reference: number | null;
  readonly handed_over_at_ms: number;
}

/**
 * Matches a status report (23.040 §9.2.2.3) with the part it tells of: same card, recipient and
 * TP-MR, and where the 8-bit TP-MR has wrapped, the part whose hand-over fits the service centre's
 * time stamp, else the newest. A TP-MR that no part has settles the one part whose outcome is open
 * and whose hand-over fits. A final status is never downgraded.
 */
export function recordReport(tx: Tx, report: StatusReport): 'matched' | 'settled' | 'unmatched' {
  const parts = candidates(tx, report);
  const known = parts.filter((part) => part.reference === report.reference);
  const match = known.find((part) => fitsTimeStamp(part, report)) ?? known[0];
  if (match !== undefined) {
    apply(tx, report, match);
    return 'matched';
  }
  const open = parts.filter(
    (part) =>
      (part.status === 'uncertain' || part.status === 'handed-over' || part.status === 'pending') &&
      fitsTimeStamp(part, report),
  );
  const [only] = open;
  if (only === undefined || open.length > 1 || report.outcome === 'pending') {
    const detail = JSON.stringify({
      reference: report.reference,
      tpSt: report.tpSt,
      pdu: report.pdu,
    });
    tx.appendEvent(0, 'report.unmatched', detail, report.at, report.modem);
    return 'unmatched';
  }
  tx.sql('UPDATE parts SET reference = ? WHERE message_seq = ? AND number = ?').run(
    report.reference,
    only.message_seq,
    only.number,
  );
  apply(tx, report, only);
  return only.status === 'handed-over' ? 'matched' : 'settled';
}

/** Parts of this card to this recipient, newest hand-over first. */
function candidates(tx: Tx, report: StatusReport): Candidate[] {
  const rows = tx
    .sql(
      `SELECT message_seq, number, status, modem, iccid, reference, handed_over_at_ms FROM parts
       WHERE digits = ? AND handed_over_at_ms >= ? ORDER BY handed_over_at_ms DESC LIMIT 2000`,
    )
    .all(report.recipient.replace(/\D/g, ''), report.at.atMs - REPORT_WINDOW_MS) as Candidate[];
  return rows.filter((part) =>
    part.iccid !== null && report.iccid !== null
      ? part.iccid === report.iccid
      : part.modem === report.modem,
  );
}

function fitsTimeStamp(part: Candidate, { serviceCentreAtMs }: StatusReport): boolean {
  if (serviceCentreAtMs === null) {
    return false;
  }
  const afterMs = serviceCentreAtMs - part.handed_over_at_ms;
  return afterMs >= -SCTS_BEFORE_MS && afterMs <= SCTS_AFTER_MS;
}

function apply(tx: Tx, report: StatusReport, part: Candidate): void {
  const isFinal = part.status === 'delivered' || report.outcome === 'pending';
  tx.sql(
    `UPDATE parts SET status = ?, reported_at_ms = ?, tp_st = ?, sent_at_ms = ifnull(sent_at_ms, ?)
     WHERE message_seq = ? AND number = ?`,
  ).run(
    isFinal ? part.status : report.outcome,
    report.at.atMs,
    report.tpSt,
    report.at.atMs,
    part.message_seq,
    part.number,
  );
  if (isFinal) {
    return;
  }
  const row = loadMessage(tx, part.message_seq);
  followParts(tx, row, report.at, {
    detail: `report for part ${part.number} of ${row.segments}, TP-ST ${report.tpSt}`,
  });
}
