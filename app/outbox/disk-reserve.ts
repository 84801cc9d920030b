import { freeBytesOf } from './free-space.ts';
import type { WireError } from './storage-error.ts';

const FREE_SPACE_AGE_MS = 1_000;

/** Looks, at most once a second, whether less is free than must stay free. */
export class DiskReserve {
  readonly #folder: string;
  readonly #reserveBytes: number;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Octets; null where the file system does not say: then the write itself will tell. */
  freeBytes: number | null = null;

  constructor(folder: string, reserveBytes: number) {
    this.#folder = folder;
    this.#reserveBytes = reserveBytes;
  }

  /** Why nothing more is accepted, or null. */
  refusal(): WireError | null {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs >= FREE_SPACE_AGE_MS) {
      this.#lookedAtMs = nowMs;
      this.freeBytes = freeBytesOf(this.#folder);
    }
    return this.freeBytes !== null && this.freeBytes < this.#reserveBytes
      ? { code: 'storage-full', message: 'the disk reserve is reached', retry: 'later' }
      : null;
  }

  /** What was seen is no longer to be trusted. */
  lookAgain(): void {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
  }
}
