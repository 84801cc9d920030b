import type { Clock } from '../domain/clock.ts';
import type { ProblemCode } from './problem-table.ts';
import { type Problem, problem } from './problems.ts';

const WINDOW_MS = 60_000;
const TRACKED_ENTRIES = 4096;

interface Window {
  startMs: number;
  count: number;
}

export interface RateLimit {
  /** Counts one more for `who`; the refusal once it is over the limit, else null. */
  take(who: string): Problem | null;
}

/**
 * At most `perMinute` in a window of one minute that opens with the first, for each of at most 4,096
 * names; when more are about, the oldest window is forgotten. `null` is unlimited.
 */
export function rateLimit(
  perMinute: number | null,
  code: Extract<ProblemCode, 'rate-limited' | 'too-many-bad-keys'>,
  clock: Clock,
): RateLimit {
  if (perMinute === null) {
    return { take: () => null };
  }
  const windows = new Map<string, Window>();
  return {
    take: (who) => {
      const nowMs = clock.monotonicMs();
      let window = windows.get(who);
      if (window === undefined || nowMs - window.startMs >= WINDOW_MS) {
        windows.delete(who);
        if (windows.size >= TRACKED_ENTRIES) {
          for (const oldest of windows.keys()) {
            windows.delete(oldest);
            break;
          }
        }
        window = { startMs: nowMs, count: 0 };
        windows.set(who, window);
      }
      window.count += 1;
      if (window.count <= perMinute) {
        return null;
      }
      const resetSeconds = Math.max(1, Math.ceil((window.startMs + WINDOW_MS - nowMs) / 1000));
      return problem(code, {
        detail: `The limit is ${perMinute} a minute; go on in ${resetSeconds} s.`,
        retryAfterSeconds: resetSeconds,
        headers: [
          'RateLimit-Limit',
          String(perMinute),
          'RateLimit-Remaining',
          '0',
          'RateLimit-Reset',
          String(resetSeconds),
        ],
      });
    },
  };
}
