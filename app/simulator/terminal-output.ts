import type { Socket } from 'node:net';

/** Output that nobody reads; more is lost, as on a UART. */
const MAX_UNREAD = 1_048_576;

/**
 * The modem's octets on their way to whoever is connected. Pieces are held until `flush`, so that one
 * answer leaves in one write, or octet by octet where `splitBytes` says so.
 */
export class TerminalOutput {
  readonly #splitBytes: () => boolean;
  #socket: Socket | null = null;
  #held: Buffer[] = [];
  #dripping: Buffer[] = [];
  /** Counts connections, so that octets meant for an old one stop. */
  #epoch = 0;

  constructor(splitBytes: () => boolean) {
    this.#splitBytes = splitBytes;
  }

  /** Where the octets go; null while nobody is connected. */
  get socket(): Socket | null {
    return this.#socket;
  }

  connect(socket: Socket): void {
    this.#socket = socket;
  }

  /** Forgets the connection, and what was still dripping into it. */
  disconnect(): void {
    this.#socket = null;
    this.#dripping = [];
    this.#epoch += 1;
  }

  hold(bytes: Buffer): void {
    this.#held.push(bytes);
  }

  flush(): void {
    if (this.#held.length === 0) {
      return;
    }
    const bytes = this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held);
    this.#held = [];
    if (bytes === undefined || this.#socket === null) {
      return;
    }
    if (this.#splitBytes() || this.#dripping.length > 0) {
      this.#dripping.push(bytes);
      if (this.#dripping.length === 1) {
        this.#drip(0, this.#epoch);
      }
    } else if (this.#socket.writableLength < MAX_UNREAD) {
      this.#socket.write(bytes);
    }
  }

  /** Sends the first waiting piece one octet a turn of the event loop, then the others. */
  #drip(at: number, epoch: number): void {
    const bytes = this.#dripping[0];
    if (bytes === undefined || this.#socket === null || epoch !== this.#epoch) {
      return;
    }
    this.#socket.write(bytes.subarray(at, at + 1));
    const done = at + 1 >= bytes.length;
    if (done) {
      this.#dripping.shift();
      if (this.#dripping.length === 0) {
        // The next piece begins its own turn; a second one would send every octet twice.
        return;
      }
    }
    setImmediate(() => this.#drip(done ? 0 : at + 1, epoch));
  }
}
