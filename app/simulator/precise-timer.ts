import type { Clock } from '../domain/clock.ts';

/** How long before the moment the timer is due: timers of the runtime come late by up to that. */
const SPIN_MS = 1.2;

/**
 * Runs `action` when the monotonic clock reaches `dueMs`, within a small fraction of a millisecond:
 * a timer to shortly before it, then a look at every turn of the event loop. Returns a canceller.
 */
export function schedulePrecisely(clock: Clock, dueMs: number, action: () => void): () => void {
  let canceled = false;
  let cancelTimer: (() => void) | null = null;
  const look = (): void => {
    if (canceled) {
      return;
    }
    if (clock.monotonicMs() >= dueMs) {
      action();
    } else {
      setImmediate(look);
    }
  };
  const coarseMs = Math.floor(dueMs - clock.monotonicMs() - SPIN_MS);
  if (coarseMs > 0) {
    cancelTimer = clock.schedule(coarseMs, look);
  } else {
    look();
  }
  return () => {
    canceled = true;
    cancelTimer?.();
  };
}
