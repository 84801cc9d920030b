import type { Clock } from '../../app/domain/clock.ts';

/** The machine's own time, for tests that talk over real sockets. */
export const realClock: Clock = {
  bootId: 'test',
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  trusted: () => true,
  schedule: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};
