import type { FaultCounters } from './fault-counters.ts';
import { parseFinal } from './line-kinds.ts';

/** A line, with the PDU line that belongs to it, if one does. */
export interface Entry {
  readonly line: string;
  readonly pdu: string | null;
}

/** `+CMT: [<alpha>],<len>`, `+CDS: <len>`, `+CBM: <len>`, `+CMGR: s,[a],<len>`, `+CMGL: i,s,[a],<len>`. */
const PDU_HEADER = /^\+(?:(?:CDS|CBM): ?|CM(?:T|GR|GL): ?(?:.*,)?)(\d{1,3})$/;
const HEX = /^(?:[0-9A-Fa-f]{2})+$/;

/** Other lines that may stand between a header and its PDU before the header is given up. */
const STRAYS_LIMIT = 8;
/** An announcement with a PDU may come between another header and its PDU. */
const HEADERS_LIMIT = 4;
/** Lines of one USSD text. */
const TEXT_LINES_LIMIT = 40;

/**
 * Second stage: joins what is one thing in several lines. A header and its line of hex (exactly
 * one, 27.005 §3.4.1 and §4), and a `+CUSD` text whose quotes close on a later line. A final line
 * or the bounds end the wait, so that a broken line can't swallow the stream.
 */
export class LinePairing {
  readonly #emit: (entry: Entry) => void;
  readonly #faults: FaultCounters;
  /** Headers that wait for their PDU; the last one is served first. */
  readonly #headers: { readonly line: string; readonly octets: number }[] = [];
  #strays = 0;
  #text: string[] = [];

  constructor(emit: (entry: Entry) => void, faults: FaultCounters) {
    this.#emit = emit;
    this.#faults = faults;
  }

  /** Inside a quoted text, where `> ` is no prompt. */
  get insideText(): boolean {
    return this.#text.length > 0;
  }

  /** Whether this line is the PDU that the open header announced, by its length too. */
  awaits(line: string): boolean {
    return (
      this.#headers.length > 0 &&
      HEX.test(line) &&
      this.#headers.some((header) => header.octets === pduOctets(line))
    );
  }

  take(line: string): void {
    const final = parseFinal(line, false) !== null || line.startsWith('+CMGS:');
    if (this.#text.length > 0) {
      if (!final) {
        this.#text.push(line);
      }
      if (final || line.includes('"') || this.#text.length >= TEXT_LINES_LIMIT) {
        this.#endText();
      }
      if (!final) {
        return;
      }
    }
    if (this.#headers.length > 0) {
      const header = HEX.test(line) ? this.#headers.pop() : undefined;
      if (header !== undefined) {
        this.#strays = 0;
        this.#emit({ line: header.line, pdu: line });
        return;
      }
      this.#strays += 1;
      if (final || this.#strays > STRAYS_LIMIT) {
        this.#dropHeaders();
      }
    }
    const octets = Number(PDU_HEADER.exec(line)?.[1] ?? 0);
    if (octets > 0) {
      if (this.#headers.length >= HEADERS_LIMIT) {
        this.#dropHeaders();
      }
      this.#headers.push({ line, octets });
      this.#strays = 0;
      return;
    }
    if (line.startsWith('+CUSD:') && (line.match(/"/g)?.length ?? 0) % 2 === 1) {
      this.#text = [line];
      return;
    }
    this.#emit({ line, pdu: null });
  }

  #endText(): void {
    const line = this.#text.join('\n');
    this.#text = [];
    this.#emit({ line, pdu: null });
  }

  #dropHeaders(): void {
    for (const header of this.#headers.splice(0)) {
      this.#faults.lonelyHeaders += 1;
      this.#emit({ line: header.line, pdu: null });
    }
  }
}

/** Octets of the TPDU in a hex line: all but the SMSC field, whose first octet is its length. */
function pduOctets(hex: string): number {
  return hex.length / 2 - 1 - Number.parseInt(hex.slice(0, 2), 16);
}
