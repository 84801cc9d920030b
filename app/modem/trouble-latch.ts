import { GatewayError } from '../domain/gateway-error.ts';
import type { Trouble } from './trouble.ts';

/** What ended the present round of a session. The first trouble counts, unless the link went after it. */
export class TroubleLatch {
  #trouble: Trouble | null = null;
  #onTrouble: AbortController = new AbortController();
  #generation = 0;

  get trouble(): Trouble | null {
    return this.#trouble;
  }

  /** Aborts with the first trouble of the round. */
  get signal(): AbortSignal {
    return this.#onTrouble.signal;
  }

  /** Grows with each trouble: what was read from the modem before one may mean something else after it. */
  get generation(): number {
    return this.#generation;
  }

  /** The link is gone for good; no further round can begin. */
  get final(): boolean {
    return isFinal(this.#trouble);
  }

  /** False when an earlier trouble counts. */
  set(trouble: Trouble): boolean {
    if (this.#trouble !== null && (!isFinal(trouble) || this.final)) {
      return false;
    }
    this.#trouble = trouble;
    this.#generation++;
    this.#onTrouble.abort(new GatewayError('interrupted', trouble.reason, { retry: 'safe' }));
    return true;
  }

  /** Forgets the trouble for a new round; false when the link is gone for good. */
  release(): boolean {
    if (this.final) {
      return false;
    }
    this.#trouble = null;
    this.#onTrouble = new AbortController();
    return true;
  }
}

function isFinal(trouble: Trouble | null): boolean {
  return trouble?.kind === 'link-lost' || trouble?.kind === 'stopped';
}
