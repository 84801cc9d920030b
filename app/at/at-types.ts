/** A final error line: bare `ERROR`, `+CME ERROR` (27.007 §9.2) or `+CMS ERROR` (27.005 §3.2.5). */
export interface AtError {
  readonly kind: 'error' | 'cme' | 'cms';
  /** Null for a bare error, or for a wording that is not in the standards' tables. */
  readonly code: number | null;
  /** What stood behind the colon, or the whole line. */
  readonly text: string;
}

/** A header line such as `+CMGL: 1,1,,24` with the line of hex digits that belongs to it. */
export interface PairedPdu {
  readonly header: string;
  readonly pdu: string;
}

/** The answer to a command. `lines` are its information lines, headers included. */
export type AtResult =
  | { readonly ok: true; readonly lines: readonly string[]; readonly pdus: readonly PairedPdu[] }
  | {
      readonly ok: false;
      readonly error: AtError;
      readonly lines: readonly string[];
      readonly pdus: readonly PairedPdu[];
    };

/** What the modem said of itself. Nothing that is neither echo nor an answer is ever dropped. */
export type Urc =
  /** `started`: volatile settings are gone, bring-up must run again. `services-ready`: SMS works now. */
  | {
      readonly kind: 'boot';
      readonly stage: 'started' | 'services-ready' | 'powering-down';
      readonly line: string;
    }
  | {
      readonly kind: 'pdu';
      readonly name: '+CMT' | '+CDS' | '+CBM';
      readonly line: string;
      readonly pdu: string;
    }
  /** `name` is the part before the colon (`+CREG`, `^RSSI`), null where there is none (`RING`). */
  | { readonly kind: 'line'; readonly name: string | null; readonly line: string };

/** A result of `AT+CMGS` that came after its send was given up, or from before this channel. */
export type LateResult =
  | { readonly kind: 'sent'; readonly reference: number; readonly afterMs: number | null }
  | { readonly kind: 'refused'; readonly error: AtError; readonly afterMs: number };

export interface CommandOptions {
  /** From the write to the final line; 5,000 by default. */
  readonly timeoutMs?: number;
  /** Beginnings of its information lines; by default the command's own name (`+CSQ:`). */
  readonly prefixes?: readonly string[];
  /** Also takes lines without any prefix (`AT+CGMI`, `ATI`). */
  readonly anyText?: boolean;
  /** Keeps the command and its echo out of the trace. */
  readonly secret?: boolean;
  readonly signal?: AbortSignal;
}

export interface PduRequest {
  /** `AT+CMGS=24`. */
  readonly lengthCommand: string;
  /** Hex digits, SMSC field included. */
  readonly pdu: string;
  readonly promptTimeoutMs: number;
  /** From Ctrl-Z. */
  readonly resultTimeoutMs: number;
  /** Called at the prompt; commits the hand-over bracket. What it throws rejects `sendPdu`. */
  handOver(): Promise<'committed' | 'gone'>;
  /** Longest time from prompt to PDU; later, the modem may have left the prompt. */
  readonly maxHandOverMs: number;
  /** Called just before the write that holds Ctrl-Z: from here the outcome may be unknown. */
  onCtrlZ?(): void;
  /** For slow UARTs; by default PDU and Ctrl-Z leave in one write. */
  readonly pacing?: { readonly chunkOctets: number; readonly gapMs: number };
}

/**
 * How a send ended. Only `unknown` is in doubt; all before Ctrl-Z is certainly not sent.
 * `bracketOpen`: `handOver` had committed, so the bracket must be taken back.
 */
export type PduResult =
  /** `reference` (TP-MR) is null when the modem said OK but its `+CMGS` line was lost. */
  | {
      readonly kind: 'sent';
      readonly reference: number | null;
      readonly ackPdu: string | null;
      readonly tookMs: number;
    }
  | {
      readonly kind: 'refused';
      readonly phase: 'before-ctrl-z';
      readonly error: AtError;
      readonly afterMs: number;
      readonly bracketOpen: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly phase: 'after-ctrl-z';
      readonly error: AtError;
      readonly afterMs: number;
    }
  | { readonly kind: 'no-prompt'; readonly bracketOpen: boolean }
  | { readonly kind: 'gone' }
  /** The bracket is open and must be taken back; ESC was sent. */
  | { readonly kind: 'hand-over-too-slow' }
  | {
      readonly kind: 'lost-before-ctrl-z';
      readonly reason: 'link-lost' | 'reset';
      readonly bracketOpen: boolean;
    }
  | {
      readonly kind: 'unknown';
      readonly reason: 'silence' | 'link-lost' | 'bare-error' | 'reset';
      readonly afterMs: number;
    };
