export type SimLock = 'ready' | 'pin' | 'puk';

const PIN_TRIES = 3;
const PUK_TRIES = 10;
const DEFAULT_PIN = '1234';
const DEFAULT_PUK = '12345678';

/**
 * The card: its codes and counters outlive every restart of the modem, as on a real card.
 * 27.007 §8.3 (CPIN), §7.4 (CLCK), 102 221 §9.5 for the counters.
 */
export class SimCard {
  present = true;
  #pin = DEFAULT_PIN;
  #pinAsked = false;
  #verified = false;
  #pinTries = PIN_TRIES;
  #pukTries = PUK_TRIES;

  get lock(): SimLock {
    if (this.#pinTries === 0) {
      return 'puk';
    }
    return this.#pinAsked && !this.#verified ? 'pin' : 'ready';
  }

  get usable(): boolean {
    return this.present && this.lock === 'ready';
  }

  get pinTries(): number {
    return this.#pinTries;
  }

  get pukTries(): number {
    return this.#pukTries;
  }

  get pinAsked(): boolean {
    return this.#pinAsked;
  }

  /** The card lost power: a PIN has to be given again. */
  reset(): void {
    this.#verified = false;
  }

  /** Switches asking for the PIN on or off; `verified` when the PIN was just given. */
  askForPin(on: boolean, verified: boolean): void {
    this.#pinAsked = on;
    this.#verified = verified;
  }

  /** Uses up all tries, or gives them back. */
  block(on: boolean): void {
    this.#pinTries = on ? 0 : PIN_TRIES;
    this.#pukTries = PUK_TRIES;
  }

  /** Checks a PIN and counts: true when it was right. Only while no PUK is needed. */
  enterPin(pin: string): boolean {
    if (this.#pinTries === 0) {
      return false;
    }
    if (pin !== this.#pin) {
      this.#pinTries -= 1;
      return false;
    }
    this.#pinTries = PIN_TRIES;
    this.#verified = true;
    return true;
  }

  /** Unblocks with the PUK and sets a new PIN. */
  enterPuk(puk: string, newPin: string): boolean {
    if (this.#pukTries === 0) {
      return false;
    }
    if (puk !== DEFAULT_PUK || !/^\d{4,8}$/.test(newPin)) {
      this.#pukTries -= puk === DEFAULT_PUK ? 0 : 1;
      return false;
    }
    this.#pin = newPin;
    this.#pinTries = PIN_TRIES;
    this.#pukTries = PUK_TRIES;
    this.#verified = true;
    return true;
  }

  changePin(oldPin: string, newPin: string): boolean {
    if (!/^\d{4,8}$/.test(newPin) || !this.enterPin(oldPin)) {
      return false;
    }
    this.#pin = newPin;
    return true;
  }
}
