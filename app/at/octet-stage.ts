import { ReadlineParser } from '@serialport/parser-readline';
import type { FaultCounters } from './fault-counters.ts';

/** Longest line kept, octets; the longest PDU line is under 400. */
export const LINE_LIMIT_OCTETS = 4096;

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const GREATER = 0x3e;

interface OctetStageEvents {
  /** One line, Latin-1, without its end; never empty. */
  onLine(line: string): void;
  /** `> ` at the start of a line. False: it is text, leave it in the line. */
  onPrompt(): boolean;
}

/**
 * First stage: raw octets in, lines and prompts out, in their true order. CR or LF ends a line
 * (an echo ends with CR alone); ReadlineParser cuts them. The prompt (27.005 §4.3: CR LF `> `)
 * has no line end, so it is found here, before the parser, and only in column 0. NULs are
 * dropped, lines cut at the bound; both are counted.
 */
export class OctetStage {
  readonly #events: OctetStageEvents;
  readonly #faults: FaultCounters;
  readonly #lines: ReadlineParser;
  #column = 0;
  #greaterHeld = false;

  constructor(events: OctetStageEvents, faults: FaultCounters) {
    this.#events = events;
    this.#faults = faults;
    this.#lines = new ReadlineParser({ delimiter: '\n', encoding: 'latin1' });
    this.#lines.on('data', (line: string) => events.onLine(line));
    // A fresh stream queues until its first read; from then on `write` emits before it returns.
    this.#lines.read(0);
  }

  /** Takes octets however they are cut; all events for them happen before it returns. */
  take(bytes: Uint8Array): void {
    // Each octet becomes at most itself; one more for a `>` held from the chunk before.
    const out = Buffer.allocUnsafe(bytes.length + 1);
    let length = 0;
    const flush = (): void => {
      if (length > 0) {
        this.#lines.write(Buffer.from(out.subarray(0, length)));
        length = 0;
      }
    };
    for (const octet of bytes) {
      if (octet === NUL) {
        this.#faults.nulOctets += 1;
        continue;
      }
      if (this.#greaterHeld) {
        this.#greaterHeld = false;
        if (octet === SPACE) {
          flush();
          if (this.#events.onPrompt()) {
            continue;
          }
        }
        out[length++] = GREATER;
        this.#column = 1;
      }
      if (octet === CR || octet === LF) {
        if (this.#column > 0) {
          out[length++] = LF;
          this.#column = 0;
        }
      } else if (octet === GREATER && this.#column === 0) {
        this.#greaterHeld = true;
      } else if (this.#column < LINE_LIMIT_OCTETS) {
        out[length++] = octet;
        this.#column += 1;
      } else if (this.#column === LINE_LIMIT_OCTETS) {
        this.#faults.cutLines += 1;
        this.#column += 1;
      }
    }
    flush();
  }

  close(): void {
    this.#lines.removeAllListeners('data');
    this.#lines.destroy();
  }
}
