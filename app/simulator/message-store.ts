/** SIM, phone memory, and the one some modems keep for status reports. */
export type MessageMemory = 'SM' | 'ME' | 'SR';

/** 27.005 §3.1 `<stat>` in PDU mode: 0 received unread, 1 received read, 2 stored unsent, 3 stored sent. */
export type MessageState = 0 | 1 | 2 | 3;

export interface StoredMessage {
  readonly index: number;
  state: MessageState;
  /** Hex with the SMSC field in front, as CMGR prints it. */
  readonly pdu: string;
}

/** The places for messages in one memory. Bounded by what the family's memory holds. */
export class MessageStore {
  readonly capacity: number;
  readonly firstIndex: number;
  readonly #messages = new Map<number, StoredMessage>();

  constructor(capacity: number, firstIndex: number) {
    this.capacity = capacity;
    this.firstIndex = firstIndex;
  }

  get used(): number {
    return this.#messages.size;
  }

  /** Puts the PDU into the lowest free place and returns that; null when there is none. */
  add(pdu: string, state: MessageState): number | null {
    for (let index = this.firstIndex; index < this.firstIndex + this.capacity; index += 1) {
      if (!this.#messages.has(index)) {
        this.#messages.set(index, { index, state, pdu });
        return index;
      }
    }
    return null;
  }

  get(index: number): StoredMessage | undefined {
    return this.#messages.get(index);
  }

  has(index: number): boolean {
    return index >= this.firstIndex && index < this.firstIndex + this.capacity;
  }

  delete(index: number): void {
    this.#messages.delete(index);
  }

  /** All messages in the order of their places. */
  list(): StoredMessage[] {
    return [...this.#messages.values()].sort((a, b) => a.index - b.index);
  }
}
