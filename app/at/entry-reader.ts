import type { FaultCounters } from './fault-counters.ts';
import { withoutNoise } from './line-kinds.ts';
import { type Entry, LinePairing } from './line-pairing.ts';
import { OctetStage } from './octet-stage.ts';

interface EntryReaderEvents {
  onEntry(entry: Entry): void;
  onPrompt(): void;
  isEcho(line: string): boolean;
}

/** The reading side: octets as they come; entries and prompts, without echo and noise, in order. */
export class EntryReader {
  readonly #octets: OctetStage;
  readonly #chunks: Uint8Array[] = [];
  #reading = false;
  #closed = false;

  constructor(events: EntryReaderEvents, faults: FaultCounters) {
    const pairing = new LinePairing((entry) => events.onEntry(entry), faults);
    const onLine = (raw: string): void => {
      if (!pairing.awaits(raw) && events.isEcho(raw)) {
        faults.echoes += 1;
        return;
      }
      const line = withoutNoise(raw);
      if (line !== raw) {
        faults.noisyLines += 1;
      }
      if (line !== '') {
        pairing.take(line);
      }
    };
    const onPrompt = (): boolean => {
      if (pairing.insideText) {
        return false;
      }
      if (!this.#closed) {
        events.onPrompt();
      }
      return true;
    };
    this.#octets = new OctetStage({ onLine, onPrompt }, faults);
  }

  /** Never throws. A handler may cause more input at once; chunks are taken one after another. */
  take(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    if (this.#reading) {
      return;
    }
    this.#reading = true;
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      if (!this.#closed) {
        this.#octets.take(chunk);
      }
    }
    this.#reading = false;
  }

  close(): void {
    this.#closed = true;
    this.#octets.close();
  }
}
