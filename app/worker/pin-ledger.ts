import type { Clock } from '../domain/clock.ts';
import type { PinLedger } from '../modem/index.ts';
import type { WorkerOutbox } from '../outbox/contract.ts';
import { momentOf } from './reconcile.ts';

/** The driver's record of PIN attempts, kept in the outbox. `hmacKey`: a secret of this installation. */
export function pinLedger(
  outbox: Pick<WorkerOutbox, 'pinTried' | 'pinAttempt' | 'pinResult'>,
  clock: Clock,
  hmacKey: Uint8Array,
): PinLedger {
  return {
    hmacKey,
    tried: (iccid) => outbox.pinTried(iccid),
    attempt: (iccid, pinHmac) => outbox.pinAttempt({ iccid, pinHmac, at: momentOf(clock) }),
    result: (iccid, pinHmac, accepted) =>
      outbox.pinResult({ iccid, pinHmac, accepted, at: momentOf(clock) }),
  };
}
