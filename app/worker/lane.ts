import type { Clock } from '../domain/clock.ts';
import type { ModemId } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import type { ModemDriver } from '../modem/index.ts';
import type { OperatorGuard } from './operator-guard.ts';
import type { Pace } from './pace.ts';
import type { ReadyQueue } from './ready-queue.ts';
import type { Recorder } from './recorder.ts';
import type { Sender } from './sender.ts';
import { sleep } from './sleep.ts';

export interface LaneDeps {
  readonly modem: ModemId;
  readonly driver: Pick<ModemDriver, 'hold' | 'whenUsable'>;
  readonly queue: ReadyQueue;
  readonly sender: Sender;
  readonly recorder: Recorder;
  readonly pace: Pace;
  readonly guard: OperatorGuard;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The lane began or ceased to hold back. */
  readonly onChange: () => void;
}

/** Why a lane whose modem answers takes nothing from the queue. */
export type Holding = ModemSnapshot['sending']['holding'];

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** One modem's loop: wait until it may send, claim, send, release. A dead modem takes nothing. */
export class Lane {
  readonly #deps: LaneDeps;
  #pauseMs = 0;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
  }

  /** Runs until the signal aborts; the part in the air is finished and recorded first. */
  async run(signal: AbortSignal): Promise<void> {
    const { modem, queue, recorder, logger } = this.#deps;
    while (!signal.aborted) {
      try {
        await recorder.rewrite();
        await this.#mayTake(signal);
        const message = signal.aborted ? null : await queue.claim(modem);
        if (message === null) {
          recorder.flush();
          await recorder.settled();
          await queue.waitForWork(modem, signal);
          continue;
        }
        let again = true;
        try {
          const ended = await this.#deps.sender.send(message, signal);
          again = ended !== 'done';
          this.#pauseMs = ended === 'modem-trouble' ? longer(this.#pauseMs) : 0;
        } finally {
          // Only when the result is on the disk may a lane see the message again.
          recorder.afterwards(() => queue.release(message, again));
        }
        await sleep(this.#deps.clock, this.#pauseMs, signal);
      } catch (error) {
        logger.error({ modem, err: error }, 'sending pauses: an outcome could not be written');
        this.#pauseMs = longer(this.#pauseMs);
        await sleep(this.#deps.clock, this.#pauseMs, signal);
      }
    }
    recorder.flush();
    await recorder.settled().catch(() => undefined);
    await recorder.rewrite().catch(() => undefined);
  }

  holding(): Holding {
    const { driver, guard, pace, clock } = this.#deps;
    const hold = driver.hold();
    if (hold !== null) {
      return hold;
    }
    if (guard.waitMs(clock.monotonicMs()) > 0) {
      return 'operator-probe';
    }
    return pace.capWaitMs(clock.nowMs()) > 0 ? 'daily-cap' : null;
  }

  /** Resolves when modem, operator, rate and cap let one message through. */
  async #mayTake(signal: AbortSignal): Promise<void> {
    const { driver, guard, pace, clock } = this.#deps;
    for (;;) {
      await driver.whenUsable(signal);
      const waitMs = Math.max(
        guard.waitMs(clock.monotonicMs()),
        pace.waitMs(clock.monotonicMs(), clock.nowMs()),
      );
      if (signal.aborted || waitMs <= 0) {
        return;
      }
      this.#deps.onChange();
      await sleep(clock, waitMs, signal);
    }
  }
}

function longer(pauseMs: number): number {
  return Math.min(pauseMs * 2 || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
}
