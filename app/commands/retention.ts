import { schedule } from 'node-cron';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { ApiOutbox } from '../outbox/contract.ts';

const DAY_MS = 86_400_000;
/** Between two steps, so that accepting messages goes on. */
const STEP_PAUSE_MS = 200;
/** Each hour rather than each night: a box that is switched off at night is tidied as well. */
const EVERY_HOUR = '23 * * * *';

export interface RetentionDeps {
  readonly outbox: Pick<ApiOutbox, 'purge'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retentionDays: number;
}

/**
 * Deletes finished messages that are older than `retentionDays`. Never while the clock is not
 * trusted, nor within a day after it jumped by more than a day: a clock that is wrong by years must
 * not empty the history.
 */
export class Retention {
  readonly #deps: RetentionDeps;
  #offsetMs: number;
  #jumpedAtMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
    this.#offsetMs = this.#offset();
  }

  /** One round; resolves with how many rows went. */
  async tidy(): Promise<number> {
    const { clock, logger, outbox, retentionDays } = this.#deps;
    const offsetMs = this.#offset();
    if (Math.abs(offsetMs - this.#offsetMs) > DAY_MS) {
      this.#jumpedAtMs = clock.monotonicMs();
      logger.warn(
        { jumpMs: Math.round(offsetMs - this.#offsetMs) },
        'the clock jumped, nothing is deleted for a day',
      );
    }
    this.#offsetMs = offsetMs;
    if (!clock.trusted() || clock.monotonicMs() - this.#jumpedAtMs < DAY_MS) {
      return 0;
    }
    const beforeMs = clock.nowMs() - retentionDays * DAY_MS;
    let total = 0;
    for (;;) {
      const deleted = await outbox.purge(beforeMs);
      total += deleted;
      if (deleted === 0 || this.#stopped) {
        break;
      }
      await new Promise<void>((resolve) => {
        clock.schedule(STEP_PAUSE_MS, resolve);
      });
    }
    if (total > 0) {
      logger.info({ total }, 'old messages deleted');
    }
    return total;
  }

  /** Tidies each hour; the returned function ends that. */
  start(): () => void {
    const task = schedule(EVERY_HOUR, async () => {
      await this.tidy().catch((error: unknown) => {
        this.#deps.logger.warn({ error: String(error) }, 'old messages could not be deleted');
      });
    });
    return () => {
      this.#stopped = true;
      void task.destroy();
    };
  }

  #offset(): number {
    return this.#deps.clock.nowMs() - this.#deps.clock.monotonicMs();
  }
}
