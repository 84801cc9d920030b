import type { Clock } from '../domain/clock.ts';
import type { ModemId } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type { Moment, OpenBracket, WorkerOutbox } from '../outbox/contract.ts';
import { judgeUnknown, type UnknownNext } from './verdict.ts';

type Outbox = Pick<WorkerOutbox, 'openBrackets' | 'requeueInterrupted' | 'recordUncertain'>;

/** What an earlier process left behind. */
export interface Interrupted {
  /** Parts handed over without a recorded result, by the modem that may still answer for them. */
  readonly openByModem: ReadonlyMap<ModemId, readonly OpenBracket[]>;
}

/** The code of a part that was in a modem's hands when the process died. */
const INTERRUPTED_CODE = 'interrupted-after-hand-over';

/**
 * First thing after a start. Messages that were claimed but not in a modem's hands go back to
 * `queued`. Parts between hand-over and answer wait for a late answer of their modem (see `index.ts`);
 * those of a modem that is no longer configured are of unknown outcome at once.
 */
export async function reconcile(
  outbox: Outbox,
  modems: readonly ModemId[],
  maxAttempts: number,
  clock: Clock,
  logger: Logger,
): Promise<Interrupted> {
  const at = momentOf(clock);
  const openByModem = new Map<ModemId, OpenBracket[]>();
  for (const bracket of await outbox.openBrackets()) {
    if (modems.includes(bracket.modem)) {
      openByModem.set(bracket.modem, [...(openByModem.get(bracket.modem) ?? []), bracket]);
    } else {
      await closeAsUnknown(outbox, bracket, maxAttempts, clock);
    }
  }
  const requeued = (await outbox.requeueInterrupted(at)).length;
  const open = [...openByModem.values()].reduce((sum, brackets) => sum + brackets.length, 0);
  if (open > 0 || requeued > 0) {
    logger.warn({ open, requeued }, 'an earlier process was interrupted while sending');
  }
  return { openByModem };
}

/** No answer came for a part of an earlier process. */
export async function closeAsUnknown(
  outbox: Pick<WorkerOutbox, 'recordUncertain'>,
  bracket: OpenBracket,
  maxAttempts: number,
  clock: Clock,
): Promise<UnknownNext> {
  const next = judgeUnknown(INTERRUPTED_CODE, {
    attempts: bracket.attempts,
    maxAttempts,
    onUncertain: bracket.onUncertain,
    nowMs: clock.nowMs(),
  });
  await outbox.recordUncertain({
    seq: bracket.seq,
    part: bracket.part,
    modem: bracket.modem,
    code: INTERRUPTED_CODE,
    next,
    at: momentOf(clock),
  });
  return next;
}

export function momentOf(clock: Clock): Moment {
  return { atMs: clock.nowMs(), bootId: clock.bootId, monotonicMs: clock.monotonicMs() };
}
