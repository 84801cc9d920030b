import type { Logger } from '../domain/logger.ts';
import { decodeFromNetwork } from '../pdu/index.ts';
import { parseList, parseRead } from './answers/storage.ts';
import type { ReceivedReport, ReceivedSms } from './contract.ts';
import type { ModemFacts } from './facts.ts';
import { noteStoreUse } from './set-up.ts';
import { modemSilent, type Talk } from './talk.ts';

export interface InboundDeps {
  readonly talk: Talk;
  readonly facts: ModemFacts;
  readonly logger: Logger;
  readonly claimInbound: () => boolean;
  readonly onInbound: (received: ReceivedSms) => Promise<void>;
  readonly onReport: (received: ReceivedReport) => Promise<void>;
  /** Grows when the modem restarts or its card changes: places in the store mean something else then. */
  readonly generation: () => number;
  readonly onReceived: () => void;
}

/** More announced places than this are forgotten; the next look into the whole store finds them. */
const MOST_ANNOUNCED = 256;
/** Some sticks go deaf on this command alone, until they are restarted. */
const MOST_UNLISTED = 2;
/** The channel keeps a line of 64 commands. */
const BATCH = 16;
/** The first of the modem's own unsent and sent drafts (27.005 §3.1 `<stat>`). */
const FIRST_DRAFT = 2;

/**
 * Brings received messages and reports from one session's store to the outbox. A place in the store is
 * deleted only after its PDU is committed, and only if modem and card are the same as when it was read;
 * otherwise the next look reads it again and the outbox knows it as a duplicate.
 */
export class InboundReader {
  readonly #deps: InboundDeps;
  #announced = new Set<number>();
  /** Committed but not deleted, since the modem refused: place → PDU. */
  readonly #undeleted = new Map<number, string>();
  /** Looks into the whole store in a row that the modem did not answer. */
  #unlisted = 0;
  /** One look at a time: a place that two looks delete may hold a new message at the second. */
  #last: Promise<void> = Promise.resolve();

  constructor(deps: InboundDeps) {
    this.#deps = deps;
  }

  /** A `+CMTI` or `+CDSI`; returns without waiting for the reading. */
  announce(index: number): void {
    if (this.#announced.size < MOST_ANNOUNCED) {
      this.#announced.add(index);
    }
  }

  get waiting(): boolean {
    return this.#announced.size > 0;
  }

  /** Reads the announced places. */
  readAnnounced(): Promise<void> {
    return this.#inTurn(() => this.#readAnnounced());
  }

  /** Looks into the whole store: what was announced to nobody, and what could not be deleted. */
  readAll(): Promise<void> {
    return this.#inTurn(() => this.#readAll());
  }

  /**
   * Looks into the stores that are not the chosen one: messages may have come in there before
   * `+CPMS` was set. Leaves the chosen store selected.
   */
  readOtherStores(stores: readonly string[]): Promise<void> {
    return this.#inTurn(() => this.#readOtherStores(stores));
  }

  /** A message that came without being stored (`+CMT`, `+CDS`). */
  async takeDirect(pdu: string): Promise<void> {
    await this.#commit(pdu);
    if (this.#deps.facts.acknowledge) {
      await this.#deps.talk.ask('AT+CNMA');
    }
  }

  async #readAll(): Promise<void> {
    const { talk, facts } = this.#deps;
    if (!this.#deps.claimInbound()) {
      return;
    }
    if (noteStoreUse((await talk.ask('AT+CPMS?', 10_000)).lines, facts) === 0) {
      return;
    }
    const generation = this.#deps.generation();
    // An empty store may be answered with error 321 instead of an empty list.
    const answer = await talk.ask('AT+CMGL=4', 30_000);
    this.#unlisted = answer.unanswered ? this.#unlisted + 1 : 0;
    if (this.#unlisted >= MOST_UNLISTED) {
      throw modemSilent('the store of messages is not answered for');
    }
    const list = parseList(answer.pdus);
    await inBatches(list, async (stored) => {
      this.#announced.delete(stored.index);
      if (stored.stat < FIRST_DRAFT) {
        await this.#take(stored.index, stored.pdu, generation);
      }
    });
    if (list.length > 0) {
      noteStoreUse((await talk.ask('AT+CPMS?', 10_000)).lines, facts);
    }
  }

  async #readOtherStores(stores: readonly string[]): Promise<void> {
    const { talk, facts } = this.#deps;
    const chosen = facts.store;
    const others = stores.filter((store) => store !== chosen);
    if (chosen === null || !this.#deps.claimInbound()) {
      return;
    }
    try {
      for (const store of others) {
        if ((await talk.ask(`AT+CPMS="${store}"`, 10_000)).ok) {
          await this.#readAll();
        }
      }
    } finally {
      await talk.ask(`AT+CPMS="${chosen}"`, 10_000);
    }
  }

  async #readAnnounced(): Promise<void> {
    const { talk } = this.#deps;
    const places = [...this.#announced];
    this.#announced = new Set();
    if (!this.#deps.claimInbound()) {
      return;
    }
    await inBatches(places, async (index) => {
      const generation = this.#deps.generation();
      const stored = parseRead((await talk.ask(`AT+CMGR=${index}`)).pdus);
      if (stored !== null && stored.stat < FIRST_DRAFT) {
        await this.#take(index, stored.pdu, generation);
      }
    });
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(job);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #take(index: number, pdu: string, generation: number): Promise<void> {
    const { talk, logger } = this.#deps;
    if (this.#undeleted.get(index) !== pdu) {
      await this.#commit(pdu);
    }
    if (this.#deps.generation() !== generation) {
      return;
    }
    const deleted = await talk.ask(`AT+CMGD=${index}`);
    if (deleted.ok) {
      this.#undeleted.delete(index);
    } else {
      this.#undeleted.set(index, pdu);
      logger.warn({ index }, 'a received message could not be deleted from the modem');
    }
  }

  async #commit(pdu: string): Promise<void> {
    const { onInbound, onReport, logger } = this.#deps;
    const decoded = decode(pdu);
    if (decoded?.kind === 'status-report') {
      await onReport({ pdu, report: decoded });
    } else {
      if (decoded === null) {
        logger.warn(
          { octets: pdu.length / 2 },
          'a received PDU can not be decoded; it is kept raw',
        );
      }
      await onInbound({ pdu, deliver: decoded });
    }
    this.#deps.onReceived();
  }
}

/**
 * Runs the jobs side by side, a batch at a time. Between two parts that are sent there is room for as
 * many commands as wait then: one after another, a busy modem's store would fill faster than it empties.
 * Rejects with the first failure, after all jobs of its batch have ended.
 */
async function inBatches<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) {
    const ended = await Promise.allSettled(items.slice(from, from + BATCH).map(job));
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }
}

function decode(pdu: string): ReturnType<typeof decodeFromNetwork> | null {
  try {
    return decodeFromNetwork(pdu);
  } catch {
    return null;
  }
}
