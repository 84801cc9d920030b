import type { ModemId } from '../domain/ids.ts';
import type { ReadyMessage, WorkerOutbox } from '../outbox/contract.ts';

/** How many ready messages are read ahead for a modem. */
const READ_AHEAD = 32;

interface Shelf {
  messages: ReadyMessage[];
  /** The outbox may hold more than what lies here. */
  more: boolean;
  /** Something came since the last read; it may rank before what lies here. */
  stale: boolean;
  reading: Promise<void> | null;
}

/**
 * Hands each ready message to exactly one lane. Claims live in this process's memory only: there is
 * one worker process, and a message that it claimed but never handed over is simply still `queued`
 * after a crash. The hand-over commit re-checks the row, so a message canceled while claimed is
 * never sent.
 *
 * Pull, not push: a lane asks when its modem is free. `nudge()` says that the outbox may hold
 * something new; it costs one read, however many messages came.
 */
export class ReadyQueue {
  readonly #outbox: Pick<WorkerOutbox, 'nextReady'>;
  readonly #claimed = new Set<number>();
  /** Claimed while some read was under way, which may therefore still return them. */
  readonly #claimedMeanwhile = new Set<number>();
  /** One shelf a modem, because a message may name the only modem that may send it. */
  readonly #shelves = new Map<ModemId, Shelf>();
  readonly #routes: ReadonlyMap<ModemId, readonly string[]>;
  #waiting: (() => void)[] = [];
  #held: boolean;

  /**
   * `routes`: the beginnings of the numbers that a modem may send to; missing or empty is all.
   * `held`: nothing is handed out until `open()`.
   */
  constructor(
    outbox: Pick<WorkerOutbox, 'nextReady'>,
    routes: ReadonlyMap<ModemId, readonly string[]>,
    held: boolean = false,
  ) {
    this.#outbox = outbox;
    this.#routes = routes;
    this.#held = held;
  }

  /** Something may have become ready. */
  nudge(): void {
    for (const shelf of this.#shelves.values()) {
      shelf.more = true;
      shelf.stale = true;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) {
      wake();
    }
  }

  /** Ends the holding back. */
  open(): void {
    this.#held = false;
    this.nudge();
  }

  /** Claims the modem's next message; null when nothing is ready. The caller releases it. */
  async claim(modem: ModemId): Promise<ReadyMessage | null> {
    const shelf = this.#shelf(modem);
    while (!this.#held) {
      const message = shelf.messages.shift();
      if (message !== undefined) {
        this.#take(message.seq);
        return message;
      }
      if (!shelf.more) {
        return null;
      }
      await this.#read(modem, shelf);
    }
    return null;
  }

  /** While a part is in the air: makes the next `claim` find its message in memory. */
  async readAhead(modem: ModemId): Promise<void> {
    const shelf = this.#shelf(modem);
    if (shelf.stale || (shelf.more && shelf.messages.length < READ_AHEAD / 4)) {
      await this.#read(modem, shelf);
    }
  }

  /** After what became of the message is committed. `again`: it may be ready once more. */
  release(message: ReadyMessage, again: boolean): void {
    this.#claimed.delete(message.seq);
    if (again) {
      this.nudge();
    }
  }

  /** Resolves when `claim` may find something, or when the signal aborts. */
  waitForWork(modem: ModemId, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || (!this.#held && this.#shelf(modem).more)) {
        resolve();
        return;
      }
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.push(wake);
    });
  }

  #take(seq: number): void {
    this.#claimed.add(seq);
    let reading = false;
    for (const shelf of this.#shelves.values()) {
      shelf.messages = shelf.messages.filter((message) => message.seq !== seq);
      reading ||= shelf.reading !== null;
    }
    if (reading) {
      this.#claimedMeanwhile.add(seq);
    }
  }

  #read(modem: ModemId, shelf: Shelf): Promise<void> {
    shelf.reading ??= this.#readOnce(modem, shelf).finally(() => {
      shelf.reading = null;
      if ([...this.#shelves.values()].every((other) => other.reading === null)) {
        this.#claimedMeanwhile.clear();
      }
    });
    return shelf.reading;
  }

  async #readOnce(modem: ModemId, shelf: Shelf): Promise<void> {
    // Cleared before the read starts: a nudge that comes while it runs asks for another one.
    shelf.more = false;
    shelf.stale = false;
    try {
      const messages = await this.#outbox.nextReady({
        modem,
        routes: this.#routes.get(modem) ?? [],
        limit: READ_AHEAD,
        excludeSeqs: [...this.#claimed],
      });
      shelf.messages = messages.filter(
        ({ seq }) => !this.#claimed.has(seq) && !this.#claimedMeanwhile.has(seq),
      );
      shelf.more ||= messages.length === READ_AHEAD;
    } catch (error) {
      shelf.more = true;
      throw error;
    }
  }

  #shelf(modem: ModemId): Shelf {
    let shelf = this.#shelves.get(modem);
    if (shelf === undefined) {
      shelf = { messages: [], more: true, stale: false, reading: null };
      this.#shelves.set(modem, shelf);
    }
    return shelf;
  }
}
