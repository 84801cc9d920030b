import type { Clock } from '../domain/clock.ts';

const MINUTE_MS = 60_000;
const PER_ADDRESS = 5;
const IN_ALL = 30;
const LONGEST_MS = 15 * MINUTE_MS;
/** An address that was quiet for so long starts anew; so many are remembered. */
const FORGET_MS = 60 * MINUTE_MS;
const MOST_ADDRESSES = 1_000;

interface Tally {
  /** Monotonic times of wrong tries in the last minute. */
  recent: number[];
  blocks: number;
  blockedUntilMs: number;
  lastMs: number;
}

/**
 * How often a code or password may be guessed: 5 wrong tries a minute from one address and 30 in all;
 * then a wait of a minute that doubles each time up to 15 minutes. Nobody is locked out for good.
 */
export class AttemptLimit {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #all: Tally = fresh();
  readonly #byAddress = new Map<string, Tally>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Milliseconds until this address may try; 0: now. */
  waitMs(address: string): number {
    const nowMs = this.#clock.monotonicMs();
    const own = this.#byAddress.get(address)?.blockedUntilMs ?? 0;
    return Math.max(0, own - nowMs, this.#all.blockedUntilMs - nowMs);
  }

  /** After a wrong try. */
  wrong(address: string): void {
    const nowMs = this.#clock.monotonicMs();
    count(this.#all, IN_ALL, nowMs);
    const tally = this.#byAddress.get(address) ?? fresh();
    this.#byAddress.delete(address);
    this.#byAddress.set(address, tally);
    count(tally, PER_ADDRESS, nowMs);
    if (this.#byAddress.size > MOST_ADDRESSES) {
      this.#byAddress.delete(this.#byAddress.keys().next().value ?? '');
    }
  }

  /** After a right one. */
  right(address: string): void {
    this.#byAddress.delete(address);
  }
}

function fresh(): Tally {
  return { recent: [], blocks: 0, blockedUntilMs: 0, lastMs: 0 };
}

function count(tally: Tally, most: number, nowMs: number): void {
  if (nowMs - tally.lastMs > FORGET_MS) {
    tally.blocks = 0;
  }
  tally.lastMs = nowMs;
  tally.recent = [...tally.recent.filter((atMs) => nowMs - atMs < MINUTE_MS), nowMs];
  if (tally.recent.length >= most) {
    tally.blockedUntilMs = nowMs + Math.min(MINUTE_MS * 2 ** tally.blocks, LONGEST_MS);
    tally.blocks += 1;
    tally.recent = [];
  }
}
