import { closeSync, createReadStream, fstatSync, openSync, writeSync } from 'node:fs';
import { Readable, Transform } from 'node:stream';

/** One message part that the network accepted. */
export interface JournalEntry {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly modem: string;
  readonly to: string;
  /** The text of this part alone. */
  readonly text: string;
  readonly part: number;
  readonly parts: number;
  readonly concatRef: number | null;
  /** TP-MR. */
  readonly reference: number;
  readonly encoding: string;
  /** Hex, as the modem got it. */
  readonly pdu: string;
}

/** Lines kept when there is no file. */
const RING_LINES = 10_000;

/**
 * What the network accepted, one JSON line a part: the truth that losses and duplicates are counted
 * against. With a file, a line is in the operating system's hands when `record` returns, so a killed
 * simulator loses nothing; several simulators may append to one file. Without one, the newest
 * 10,000 lines stay in memory.
 */
export class Journal {
  readonly #file: number | null;
  #ring: string[] = [];
  #count = 0;

  constructor(path: string | null) {
    this.#file = path === null ? null : openSync(path, 'a+', 0o644);
  }

  /** Lines recorded since the start. */
  get count(): number {
    return this.#count;
  }

  /** Appends the entry; throws what the file system says. */
  record(entry: JournalEntry): void {
    const line = `${JSON.stringify(entry)}\n`;
    if (this.#file === null) {
      this.#ring.push(line);
      if (this.#ring.length > 2 * RING_LINES) {
        this.#ring = this.#ring.slice(-RING_LINES);
      }
    } else {
      writeSync(this.#file, line);
    }
    this.#count += 1;
  }

  /** All lines so far, as they stand. */
  lines(): Readable {
    if (this.#file === null) {
      return Readable.from(this.#ring.slice(-RING_LINES));
    }
    const size = fstatSync(this.#file).size;
    return size === 0
      ? Readable.from([])
      : createReadStream('', { fd: this.#file, autoClose: false, start: 0, end: size - 1 });
  }

  close(): void {
    if (this.#file !== null) {
      closeSync(this.#file);
    }
  }
}

/** Turns the journal's lines into one JSON array, however the chunks are cut. */
export function linesToArray(): Transform {
  let open = false;
  let pendingComma = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('latin1');
      const ended = text.endsWith('\n');
      const body = (ended ? text.slice(0, -1) : text).replaceAll('\n', ',\n');
      this.push((open ? pendingComma : '[') + body, 'latin1');
      pendingComma = ended ? ',\n' : '';
      open = true;
      done();
    },
    flush(done) {
      this.push(open ? ']\n' : '[]\n');
      done();
    },
  });
}
