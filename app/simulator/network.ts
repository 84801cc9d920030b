import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import { decodeFromNetwork, encodeDeliver, encodeStatusReport, segmentText } from '../pdu/index.ts';
import type { Faults } from './faults.ts';
import type { IncomingMessage } from './incoming-message.ts';
import type { Journal } from './journal.ts';
import { NETWORK_ZONE_QUARTERS } from './local-time.ts';
import { OPERATOR } from './radio.ts';
import { isPdu, type Submission } from './submission.ts';
import { tpduLength } from './text-mode.ts';

/** A report that was told to wait for the next one goes after this all the same. */
const SWAP_MS = 3_000;
const RECEIVED = 0x00;

/** What `POST /inbound` may say. */
export interface InboundText {
  /** `+` and digits, a short code, or a name of at most 11 characters. */
  readonly from: string;
  readonly text: string;
  readonly encoding?: 'auto' | 'gsm7' | 'ucs2';
  readonly referenceBits?: 8 | 16;
  readonly flash?: boolean;
  /** Which parts arrive, in which order; a part may come twice or never. Default: all, in order. */
  readonly order?: readonly number[];
}

export interface NetworkParts {
  readonly modemId: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly logger: Logger;
  /** From acceptance to the delivery report. */
  readonly reportMs: number;
  /** Hands a message to the modem. */
  readonly deliver: (message: IncomingMessage) => void;
}

/** The network and its service centre: takes parts, reports on them, and brings messages in. */
export class Network {
  readonly #parts: NetworkParts;
  readonly #timers = new Set<() => void>();
  #reference = 0;
  #inboundReference = 0;
  /** Reports that wait until another one has gone. */
  #swapped: IncomingMessage[] = [];

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /**
   * Takes a part: writes it into the journal and returns its TP-MR, 0–255 in turn. Null when the
   * journal could not be written, and then the network does not have it.
   */
  accept({ fields, pdu }: Submission): number | null {
    const reference = this.#reference;
    const { clock, journal, modemId, logger } = this.#parts;
    const atMs = clock.nowMs();
    try {
      journal.record({
        at: new Date(atMs).toISOString(),
        modem: modemId,
        to: fields.to,
        text: fields.text,
        part: fields.concat?.number ?? 1,
        parts: fields.concat?.total ?? 1,
        concatRef: fields.concat?.reference ?? null,
        reference,
        encoding: fields.encoding,
        pdu,
      });
    } catch (error) {
      logger.error({ err: error }, 'the journal cannot be written; the network refuses the part');
      return null;
    }
    this.#reference = (reference + 1) % 256;
    if (fields.statusReport) {
      this.#report(reference, fields.to, atMs);
    }
    return reference;
  }

  /** Brings a text in, in as many parts as it needs; returns how many left. Throws GatewayError. */
  inbound(message: InboundText): number {
    const bits = message.referenceBits ?? 8;
    const { encoding, parts } = segmentText(message.text, {
      encoding: message.encoding ?? 'auto',
      referenceBits: bits,
    });
    if (parts.length > 255) {
      throw new GatewayError('text-invalid', 'The text needs more than 255 parts.', {
        retry: 'never',
      });
    }
    this.#inboundReference = (this.#inboundReference + 1) % (bits === 8 ? 256 : 65_536);
    const pdus = parts.map(
      (text, i) =>
        encodeDeliver({
          from: message.from,
          text,
          encoding,
          concat:
            parts.length === 1
              ? null
              : { reference: this.#inboundReference, bits, total: parts.length, number: i + 1 },
          serviceCentreAtMs: this.#parts.clock.nowMs(),
          serviceCentreOffsetMinutes: NETWORK_ZONE_QUARTERS * 15,
          flash: message.flash ?? false,
          smsc: OPERATOR.smsc,
        }).pdu,
    );
    const order = message.order ?? pdus.map((_pdu, i) => i + 1);
    const chosen = order.map((number) => pdus[number - 1]);
    for (const pdu of chosen) {
      if (pdu === undefined) {
        throw new GatewayError('text-invalid', `The text has ${parts.length} parts.`, {
          retry: 'never',
        });
      }
    }
    for (const pdu of chosen.filter((one) => one !== undefined)) {
      this.#parts.deliver({
        kind: 'deliver',
        pdu,
        messageClass: message.flash === true ? 0 : null,
      });
    }
    return chosen.length;
  }

  /** Brings any octets in as they stand, however odd; `pdu` begins with the SMSC field. */
  inboundPdu(pdu: string): void {
    const hex = pdu.toUpperCase();
    if (!isPdu(hex) || hex.length > 500 || tpduLength(hex) < 1) {
      throw new GatewayError('bad-pdu', 'A PDU is hex, and its SMSC field ends inside it.', {
        retry: 'never',
      });
    }
    this.#parts.deliver({ kind: kindOf(hex), pdu: hex, messageClass: classOf(hex) });
  }

  close(): void {
    for (const cancel of this.#timers) {
      cancel();
    }
  }

  #report(reference: number, recipient: string, atMs: number): void {
    const { faults, clock, reportMs } = this.#parts;
    if (faults.strike('reportMissing')) {
      return;
    }
    const status = faults.strike('reportStatus');
    const late = faults.strike('reportLate');
    const swap = faults.strike('reportsOutOfOrder') !== null;
    this.#later(late?.number ?? reportMs, () => {
      const tpSt = status?.number ?? RECEIVED;
      const report = makeReport(reference, recipient, atMs, clock.nowMs(), tpSt);
      if (report === null) {
        return;
      }
      if (swap) {
        this.#swapped.push(report);
        this.#later(SWAP_MS, () => this.#release(report));
        return;
      }
      this.#parts.deliver(report);
      for (const waiting of this.#swapped) {
        this.#release(waiting);
      }
    });
  }

  #release(report: IncomingMessage): void {
    if (this.#swapped.includes(report)) {
      this.#swapped = this.#swapped.filter((other) => other !== report);
      this.#parts.deliver(report);
    }
  }

  #later(delayMs: number, action: () => void): void {
    const cancel = this.#parts.clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      action();
    });
    this.#timers.add(cancel);
  }
}

/** Null for a recipient that cannot stand in a report, such as a name. */
function makeReport(
  reference: number,
  recipient: string,
  serviceCentreAtMs: number,
  dischargedAtMs: number,
  tpSt: number,
): IncomingMessage | null {
  try {
    const { pdu } = encodeStatusReport({
      reference,
      recipient,
      serviceCentreAtMs,
      dischargedAtMs,
      offsetMinutes: NETWORK_ZONE_QUARTERS * 15,
      tpSt,
      smsc: OPERATOR.smsc,
    });
    return { kind: 'status-report', pdu, messageClass: null };
  } catch {
    return null;
  }
}

function kindOf(pdu: string): IncomingMessage['kind'] {
  try {
    return decodeFromNetwork(pdu).kind;
  } catch {
    return 'deliver';
  }
}

function classOf(pdu: string): number | null {
  try {
    const decoded = decodeFromNetwork(pdu);
    return decoded.kind === 'deliver' ? decoded.scheme.messageClass : null;
  } catch {
    return null;
  }
}
