import type { Clock } from '../domain/clock.ts';
import type { ModemId } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import type { Random } from '../domain/random.ts';
import type { WorkerCommand } from '../domain/worker-protocol.ts';
import type { Link } from '../link/link.ts';
import type { DecodedDeliver, DecodedStatusReport } from '../pdu/index.ts';
import type { DriverLimits } from './limits.ts';
import type { PinLedger } from './pin-rule.ts';

export interface ModemDriverConfig {
  readonly id: ModemId;
  /** `auto`, `serial:…` or `tcp://…`. */
  readonly port: string;
  readonly pin: string | null;
  readonly roamingAllowed: boolean;
}

/** A received PDU; `deliver` is null when it can't be decoded: keep it raw. */
export interface ReceivedSms {
  /** Hex, as the modem gave it, with the service-centre field. */
  readonly pdu: string;
  readonly deliver: DecodedDeliver | null;
}
export interface ReceivedReport {
  readonly pdu: string;
  readonly report: DecodedStatusReport;
}

export interface ModemDriverDeps {
  readonly config: ModemDriverConfig;
  /** Rejects with a `GatewayError` when the port can't be opened. */
  openLink(port: string): Promise<Link>;
  /** The ports that may lead to a modem, for `auto` and to find one that moved. */
  candidatePorts(): Promise<readonly string[]>;
  /** Sticks that still show themselves as a CD drive, in words; absent where nobody can tell. */
  storageSticks?(): Promise<readonly string[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
  readonly ledger: PinLedger;
  /**
   * More than 0 when an earlier process left a part between hand-over and answer: for so long the
   * driver listens for a late `+CMGS` before it sends anything.
   */
  readonly awaitLateResultMs: number;
  /** False on a trial start after an update: received messages stay in the modem. Read each time. */
  readonly claimInbound: boolean;
  /** Cuts and restores the power of the modem's USB socket; absent where nobody can. */
  readonly usbReset?: (port: string, signal: AbortSignal) => Promise<void>;
  /** Whether another driver serves the modem with this IMEI, at another of its ports. */
  imeiInUse?(imei: string, by: ModemId): boolean;
  readonly limits?: Partial<DriverLimits>;
  /** Something in the snapshot changed. */
  onChange(): void;
  /** Resolves when the message is committed; only then is it deleted from the modem. */
  onInbound(received: ReceivedSms): Promise<void>;
  /** Resolves when the report is committed. */
  onReport(received: ReceivedReport): Promise<void>;
  /** A `+CMGS` that came after its part was given up: it belongs to the last part handed over. */
  onLateSent(reference: number | null): void;
  /** The modem became usable for sending. */
  onReady(): void;
}

/** What became of one part. Names of `code` are keys of `domain/error-table`. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly reference: number | null; readonly tookMs: number }
  /** Certainly not taken, by modem or network. `code` is null for a bare `ERROR` before the PDU. */
  | {
      readonly kind: 'refused';
      readonly error: { readonly kind: 'cms' | 'cme' | 'error'; readonly code: number | null };
      readonly afterCtrlZ: boolean;
      readonly bracketed: boolean;
    }
  /** Certainly not sent, and not the message's fault. `bracketed`: the hand-over was committed. */
  | { readonly kind: 'not-handed-over'; readonly code: string; readonly bracketed: boolean }
  /** `handOver` said so: canceled or expired meanwhile. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown'; readonly code: string }
  /** The service centre says that an earlier try was taken (CMS 197). */
  | { readonly kind: 'already-sent' };

export type DriverSnapshot = Omit<ModemSnapshot, 'sending'>;

export interface ModemDriver {
  readonly id: ModemId;
  start(): void;
  /** The modem is up, its SIM is open and no late answer is waited for. See also `hold`. */
  ready(): boolean;
  /** Why a modem that is ready should get nothing to send. */
  hold(): 'roaming' | 'not-registered' | null;
  /** Resolves when the modem is ready and nothing holds it, or when the signal aborts. */
  whenUsable(signal: AbortSignal): Promise<void>;
  /** Of the card in the modem; null before it was read. */
  iccid(): string | null;
  snapshot(): DriverSnapshot;
  /** Never rejects. One at a time; `handOver` is called when the modem asks for the PDU. */
  sendPart(
    part: { readonly pdu: string; readonly tpduLength: number },
    handOver: () => Promise<'committed' | 'gone'>,
  ): Promise<SendOutcome>;
  /** A person's order. Never rejects; `detail` is a sentence in English. */
  execute(command: WorkerCommand): Promise<{ readonly ok: boolean; readonly detail: string }>;
  /** Lets the part in flight end (at most `stopMs`), then closes the port. */
  stop(): Promise<void>;
  /** The port can't be closed: only a new process helps. */
  hung(): boolean;
}
