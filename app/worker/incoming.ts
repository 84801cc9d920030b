import type { Clock } from '../domain/clock.ts';
import type { ModemId } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type { ReceivedReport, ReceivedSms } from '../modem/index.ts';
import type { InboundPart, WorkerOutbox } from '../outbox/contract.ts';
import { momentOf } from './reconcile.ts';

export interface IncomingDeps {
  readonly modem: ModemId;
  readonly outbox: Pick<WorkerOutbox, 'recordReport' | 'storeInbound'>;
  readonly iccid: () => string | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onReceived: () => void;
  /** A report settled a part in doubt: the message's other parts may be ready now. */
  readonly onSettled: () => void;
  /** A report is on the disk; the part may have been an earlier process's. */
  readonly onReported: () => void;
}

/** Commits what a modem received. Resolves after the commit: only then may the modem's copy go. */
export class Incoming {
  readonly #deps: IncomingDeps;

  constructor(deps: IncomingDeps) {
    this.#deps = deps;
  }

  async report({ pdu, report }: ReceivedReport): Promise<void> {
    const { modem, outbox, iccid, clock, logger, onSettled, onReported } = this.#deps;
    const { outcome } = report;
    const result = await outbox.recordReport({
      modem,
      iccid: iccid(),
      reference: report.reference,
      recipient: report.recipient,
      serviceCentreAtMs: report.serviceCentreAtMs,
      dischargedAtMs: report.dischargedAtMs,
      tpSt: report.tpSt,
      outcome,
      pdu,
      at: momentOf(clock),
    });
    logger.info({ modem, reference: report.reference, outcome, result }, 'delivery report');
    if (result === 'settled') {
      onSettled();
    }
    onReported();
  }

  async sms(received: ReceivedSms): Promise<void> {
    const { modem, outbox, iccid, clock, logger, onReceived } = this.#deps;
    const result = await outbox.storeInbound({
      modem,
      iccid: iccid(),
      pdu: received.pdu,
      ...contentOf(received),
      at: momentOf(clock),
    });
    onReceived();
    logger.info({ modem, result }, 'SMS received');
  }
}

/** A PDU that nobody can decode is kept raw, from nobody, marked lossy. */
function contentOf({
  deliver,
}: ReceivedSms): Pick<
  InboundPart,
  'from' | 'text' | 'encoding' | 'lossy' | 'serviceCentreAtMs' | 'concat'
> {
  if (deliver === null) {
    return {
      from: '',
      text: '',
      encoding: '8bit',
      lossy: true,
      serviceCentreAtMs: null,
      concat: null,
    };
  }
  return {
    from: deliver.from,
    text: deliver.text,
    encoding: deliver.encoding,
    lossy: deliver.lossy,
    serviceCentreAtMs: deliver.serviceCentreAtMs,
    concat: deliver.concat,
  };
}
