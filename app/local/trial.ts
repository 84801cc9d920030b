import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';

/** Between two looks at the file; only a trial looks at all. */
const LOOK_MS = 1_000;

/**
 * The trial boot after an update: while the file `runDir/trial` lies there, the box accepts nothing,
 * sends nothing and deletes no received message, so that going back to the old system loses nothing.
 */
export interface Trial {
  /** Asks the file system during a trial, and never again afterwards. */
  active(): boolean;
  /** Runs `action` once when the trial is over; at once where there is none. */
  onEnd(action: () => void): void;
  /** Stops looking; `onEnd` actions that did not run never will. */
  close(): void;
}

/** Where none is: a laptop, a test. */
export const NO_TRIAL: Trial = {
  active: () => false,
  onEnd: (action) => action(),
  close: () => {},
};

/**
 * Looks once whether this start is on trial. A process that started without the file is never on
 * trial later: the file is put there before the services start, and only taken away.
 */
export function openTrial(runDir: string, clock: Pick<Clock, 'schedule'>): Trial {
  const file = join(runDir, 'trial');
  if (!existsSync(file)) {
    return NO_TRIAL;
  }
  let over = false;
  let actions: (() => void)[] = [];
  let cancel: () => void = () => {};
  const active = (): boolean => {
    if (!over && !existsSync(file)) {
      over = true;
    }
    return !over;
  };
  const look = (): void => {
    if (active()) {
      cancel = clock.schedule(LOOK_MS, look);
      return;
    }
    const due = actions;
    actions = [];
    due.forEach((action) => {
      action();
    });
  };
  return {
    active,
    onEnd: (action) => {
      if (!active()) {
        action();
        return;
      }
      actions.push(action);
      if (actions.length === 1) {
        cancel = clock.schedule(LOOK_MS, look);
      }
    },
    close: () => {
      cancel();
      actions = [];
    },
  };
}
