import { GatewayError } from '../domain/gateway-error.ts';
import { isBusy } from './storage-error.ts';

const cell = new Int32Array(new SharedArrayBuffer(4));
/** Between two tries. SQLite's own handler sleeps up to 100 ms, past every gap a busy peer leaves. */
const PAUSE_MS = 0.5;
/** Longer than any group, checkpoint or migration step of another process takes. */
const PATIENCE_MS = 60_000;

/**
 * Runs `action` until SQLite stops saying that another process holds the lock. Blocks its thread,
 * so it belongs on a thread of its own or into start-up.
 * @throws GatewayError `queue-busy` after a minute; nothing was changed.
 */
export function retryWhileBusy<T>(action: () => T, patienceMs: number = PATIENCE_MS): T {
  let waitedSince = 0;
  for (;;) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error)) {
        throw error;
      }
      const nowMs = performance.now();
      waitedSince ||= nowMs;
      if (nowMs - waitedSince > patienceMs) {
        throw new GatewayError('queue-busy', 'another process keeps the database locked', {
          retry: 'later',
          cause: error,
        });
      }
      Atomics.wait(cell, 0, 0, PAUSE_MS);
    }
  }
}
