import { createHmac } from 'node:crypto';

/** Where PIN attempts are on record; every promise settles after the commit's fsync. */
export interface PinLedger {
  /** Whether an attempt that was not accepted is on record for the card, whatever the PIN. */
  tried(iccid: string): Promise<boolean>;
  /** Rejects when it can't commit. */
  attempt(iccid: string, pinHmac: string): Promise<'committed' | 'tried-before'>;
  result(iccid: string, pinHmac: string, accepted: boolean): Promise<void>;
  /** Secret of this installation; keeps a PIN from being guessed out of the database. */
  readonly hmacKey: Uint8Array;
}

/** Why the configured PIN is not tried by itself. */
export type PinRefusal =
  | 'no-pin'
  | 'malformed-pin'
  | 'no-iccid'
  | 'few-tries'
  | 'tried-before'
  | 'ledger-failing';

export interface PinFacts {
  readonly pin: string | null;
  readonly iccid: string | null;
  /** Remaining tries, or null where the modem doesn't tell. */
  readonly triesLeft: number | null;
}

/** What can be decided without the ledger: null means that asking it is next. */
export function pinRefusal(
  facts: PinFacts,
): Exclude<PinRefusal, 'tried-before' | 'ledger-failing'> | null {
  if (facts.pin === null) {
    return 'no-pin';
  }
  if (!/^\d{4,8}$/.test(facts.pin)) {
    return 'malformed-pin';
  }
  if (facts.iccid === null) {
    return 'no-iccid';
  }
  return facts.triesLeft !== null && facts.triesLeft <= 1 ? 'few-tries' : null;
}

export interface PinPermit {
  readonly iccid: string;
  readonly pin: string;
  readonly hmac: string;
}

/**
 * Asks for the one automatic attempt. A permit means that the attempt is committed: the caller writes
 * `AT+CPIN=` at most once for it, and an attempt whose result never comes counts as refused. Where the
 * remaining tries are unknown, a card is tried once, ever, whatever the PIN.
 */
export async function permitPin(
  facts: PinFacts,
  ledger: PinLedger,
): Promise<PinPermit | PinRefusal> {
  const refusal = pinRefusal(facts);
  const { pin, iccid } = facts;
  if (refusal !== null || pin === null || iccid === null) {
    return refusal ?? 'no-pin';
  }
  const hmac = pinHmac(ledger.hmacKey, iccid, pin);
  try {
    if (facts.triesLeft === null && (await ledger.tried(iccid))) {
      return 'tried-before';
    }
    if ((await ledger.attempt(iccid, hmac)) === 'tried-before') {
      return 'tried-before';
    }
  } catch {
    return 'ledger-failing';
  }
  return { iccid, pin, hmac };
}

/** HMAC-SHA-256 over card and PIN, hex. */
export function pinHmac(key: Uint8Array, iccid: string, pin: string): string {
  return createHmac('sha256', key).update(`${iccid}\n${pin}`).digest('hex');
}
