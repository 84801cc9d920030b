import cluster from 'node:cluster';

export type StopSignal = 'SIGTERM' | 'SIGINT';

const EXIT_CODE: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * Resolves with the first SIGTERM or SIGINT. A second one calls `atSecond` and ends the process at
 * once with 130 or 143.
 */
export function firstStopSignal(atSecond: () => void = () => {}): Promise<StopSignal> {
  return new Promise((resolve) => {
    let asked = false;
    if (cluster.isWorker) {
      // Ctrl-C reaches the whole group, and then the parent says SIGTERM: that is one wish, not two.
      process.on('SIGINT', () => {});
      process.on('SIGTERM', resolve);
      return;
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) {
          atSecond();
          process.exit(EXIT_CODE[signal]);
        }
        asked = true;
        resolve(signal);
      });
    }
  });
}
