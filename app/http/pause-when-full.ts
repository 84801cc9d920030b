import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { Traffic } from './exchange.ts';
import type { Listeners } from './listeners.ts';

/** A full process that no other can stand in for asks so often whether one can now. */
const ASK_AGAIN_MS = 50;

/** What a process asks of the others on its port (see `cluster.ts`). */
export interface SharedPort {
  /** Asks to stop accepting because all places are taken; the answer says whether others can. */
  readonly mayPause: () => Promise<boolean>;
  readonly resumed: () => void;
}

export interface PauseDeps {
  readonly shared: SharedPort;
  readonly network: Listeners;
  /** Calls back when the last place is taken, and when one is free again. */
  readonly onFull: (listener: (full: boolean) => void) => void;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Leaves new connections to other processes on the port while all places of this one are taken. */
export function pauseWhenFull({
  shared,
  network,
  onFull,
  traffic,
  clock,
  logger,
}: PauseDeps): void {
  let full = false;
  let paused = false;
  const change = async (): Promise<void> => {
    if (full && !paused && !traffic.stopping) {
      if (!(await shared.mayPause())) {
        askAgain();
      } else if (full && !traffic.stopping) {
        paused = true;
        await network.pause();
      } else {
        shared.resumed();
      }
    }
    if (!full && paused && !traffic.stopping) {
      await network.resume();
      paused = false;
      shared.resumed();
    }
  };
  /** One after another: a pause that ends after its resume would leave nobody at the port. */
  let last: Promise<void> = Promise.resolve();
  const begin = (): void => {
    last = last
      .then(change)
      .catch((error: unknown) => logger.error({ err: error }, 'accepting could not be changed'));
  };
  let asking = false;
  /** Another process may have places soon: it starts, or goes on accepting. */
  const askAgain = (): void => {
    if (!asking) {
      asking = true;
      clock.schedule(ASK_AGAIN_MS, () => {
        asking = false;
        begin();
      });
    }
  };
  onFull((now) => {
    full = now;
    begin();
  });
}
