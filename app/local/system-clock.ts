import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Clock } from '../domain/clock.ts';

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
/** systemd-timesyncd touches the file once the clock was set from the network in this boot. */
const TIMESYNC_FOLDER = '/run/systemd/timesync';
const SYNCHRONIZED_FILE = `${TIMESYNC_FOLDER}/synchronized`;
const TRUST_AGE_MS = 10_000;
/** The program did not exist before; a clock that says so was never set. */
const EARLIEST_PLAUSIBLE_MS = Date.UTC(2025, 0, 1);
const LATEST_PLAUSIBLE_MS = Date.UTC(2100, 0, 1);
/** `setTimeout` holds 31 bits and fires at once for more. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** The machine's own clock. */
export class SystemClock implements Clock {
  readonly bootId: string = readBootId();
  #isTrusted = false;
  #trustReadAtMs = Number.NEGATIVE_INFINITY;

  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return Number(process.hrtime.bigint() / 1_000n) / 1_000;
  }

  /** Looked up at most once in 10 s. */
  trusted(): boolean {
    const nowMs = this.monotonicMs();
    if (nowMs - this.#trustReadAtMs >= TRUST_AGE_MS) {
      this.#trustReadAtMs = nowMs;
      this.#isTrusted = existsSync(TIMESYNC_FOLDER)
        ? existsSync(SYNCHRONIZED_FILE)
        : isPlausible(this.nowMs());
    }
    return this.#isTrusted;
  }

  schedule(delayMs: number, action: () => void): () => void {
    const dueMs = this.monotonicMs() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const restMs = Math.max(0, dueMs - this.monotonicMs());
      timer =
        restMs > LONGEST_TIMER_MS
          ? setTimeout(arm, LONGEST_TIMER_MS)
          : setTimeout(action, Math.ceil(restMs));
    };
    arm();
    return () => clearTimeout(timer);
  }
}

function isPlausible(wallMs: number): boolean {
  return wallMs >= EARLIEST_PLAUSIBLE_MS && wallMs < LATEST_PLAUSIBLE_MS;
}

/** Where the kernel does not tell, every process start counts as a boot of its own. */
function readBootId(): string {
  try {
    return readFileSync(BOOT_ID_FILE, 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
