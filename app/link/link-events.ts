import type { GatewayError } from '../domain/gateway-error.ts';

/** What may wait for the first listener, octets. */
const EARLY_LIMIT_OCTETS = 65_536;

/** The two listeners of a link, with what happened before they were set. */
export class LinkEvents {
  #onData: ((bytes: Uint8Array) => void) | null = null;
  #onClose: ((error: GatewayError | null) => void) | null = null;
  #early: Uint8Array[] = [];
  #earlyOctets = 0;
  #closed: { readonly error: GatewayError | null } | null = null;

  get closed(): boolean {
    return this.#closed !== null;
  }

  setData(listener: (bytes: Uint8Array) => void): void {
    this.#onData = listener;
    for (const bytes of this.#early.splice(0)) {
      listener(bytes);
    }
  }

  setClose(listener: (error: GatewayError | null) => void): void {
    this.#onClose = listener;
    if (this.#closed !== null) {
      listener(this.#closed.error);
    }
  }

  data(bytes: Uint8Array): void {
    if (this.#closed !== null) {
      return;
    }
    if (this.#onData !== null) {
      this.#onData(bytes);
    } else if (this.#earlyOctets + bytes.length <= EARLY_LIMIT_OCTETS) {
      this.#earlyOctets += bytes.length;
      this.#early.push(bytes);
    }
  }

  /** The first call counts. */
  close(error: GatewayError | null): void {
    if (this.#closed === null) {
      this.#closed = { error };
      this.#onClose?.(error);
    }
  }
}
