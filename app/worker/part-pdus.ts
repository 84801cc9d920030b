import type { ReadyMessage } from '../outbox/contract.ts';
import { encodeSubmit, segmentText } from '../pdu/index.ts';

export interface PartPdu {
  /** 1-based. */
  readonly number: number;
  /** Hex, with the service-centre field. */
  readonly pdu: string;
  /** Octets as `AT+CMGS=` wants them (27.005 §4.3). */
  readonly tpduLength: number;
}

/**
 * The PDUs of a message, cut again at the places that the API counted when it was accepted. What is
 * left of the validity goes to the service centre as TP-VP.
 */
export function partPdus(
  message: ReadyMessage,
  concatReference: number | null,
  nowMs: number,
): readonly PartPdu[] {
  const { parts, encoding } = segmentText(message.text, { encoding: message.encoding });
  const validitySeconds =
    message.validitySeconds === null
      ? null
      : Math.max(60, message.validitySeconds - Math.floor((nowMs - message.accepted.atMs) / 1_000));
  return parts.map((text, index) => ({
    number: index + 1,
    ...encodeSubmit({
      to: message.to,
      text,
      encoding,
      concat:
        parts.length > 1 && concatReference !== null
          ? { reference: concatReference, bits: 8, total: parts.length, number: index + 1 }
          : null,
      validitySeconds,
      statusReport: message.deliveryReport,
      flash: message.flash,
    }),
  }));
}
