import cluster, { type Worker } from 'node:cluster';
import type { Clock } from '../domain/clock.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';
import { claimSocketPath } from '../local/ndjson-socket.ts';
import { parseListenAddress } from './listen-address.ts';
import type { SharedPort } from './pause-when-full.ts';

/** A child that died is replaced after this time, so that one that can't start burns no processor. */
const RESTART_AFTER_MS = 1_000;

/** Lines between parent and children. */
type FromChild = { readonly type: 'may-pause'; readonly id: number } | { readonly type: 'resumed' };
interface FromParent {
  readonly type: 'pause';
  readonly id: number;
  readonly allowed: boolean;
}

export interface HttpProcesses {
  readonly pids: () => readonly number[];
  /** Passes a signal on to every child. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM to every child; resolves when the last one is gone. */
  close(): Promise<void>;
}

/**
 * `http.processes` > 1: this process holds the sockets and runs `http.processes` copies of itself
 * (same arguments), which accept from them by turns as the kernel deals. With 1 nothing of this is
 * loaded: the service listens by itself.
 */
export async function startHttpProcesses(options: {
  readonly config: Pick<GatewayConfig, 'http'>;
  readonly localSocketPath: string | null;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<HttpProcesses> {
  const { config, localSocketPath, clock, logger } = options;
  const paths = config.http.listen
    .map(parseListenAddress)
    .flatMap((address) => (address.kind === 'unix' ? [address.path] : []));
  for (const path of [...paths, ...(localSocketPath === null ? [] : [localSocketPath])]) {
    await claimSocketPath(path);
  }
  // The children accept themselves: no hop through the parent for each connection.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const accepting = new Map<Worker, boolean>();
  const restarts = new Set<() => void>();
  let stopping = false;
  let onLast: () => void = () => {};

  const answer = (child: Worker, message: FromChild): void => {
    if (message.type === 'resumed') {
      accepting.set(child, true);
      return;
    }
    const others = [...accepting].some(([other, accepts]) => other !== child && accepts);
    accepting.set(child, !others);
    child.send({ type: 'pause', id: message.id, allowed: others } satisfies FromParent);
  };

  const start = (): void => {
    const child = cluster.fork();
    // Until it listens, the others hold the port alone: if they paused, nobody would.
    accepting.set(child, false);
    child.on('listening', () => accepting.set(child, true));
    child.on('message', (message: FromChild) => answer(child, message));
    child.once('exit', (code, signal) => {
      accepting.delete(child);
      if (stopping) {
        if (accepting.size === 0) {
          onLast();
        }
        return;
      }
      logger.error(
        { pid: child.process.pid, code, signal },
        'an HTTP process ended; starting another',
      );
      const cancel = clock.schedule(RESTART_AFTER_MS, () => {
        restarts.delete(cancel);
        start();
      });
      restarts.add(cancel);
    });
  };
  for (let count = 0; count < config.http.processes; count += 1) {
    start();
  }

  const signal = (name: NodeJS.Signals): void => {
    for (const child of accepting.keys()) {
      child.process.kill(name);
    }
  };
  return {
    pids: () =>
      [...accepting.keys()].flatMap(({ process: { pid } }) => (pid === undefined ? [] : [pid])),
    signal,
    close: () =>
      new Promise((resolve) => {
        stopping = true;
        for (const cancel of restarts) {
          cancel();
        }
        onLast = resolve;
        if (accepting.size === 0) {
          resolve();
        }
        signal('SIGTERM');
      }),
  };
}

/** In a child of `startHttpProcesses`: what `startHttp` takes as `shared`; elsewhere undefined. */
export function sharedPort(): SharedPort | undefined {
  if (!cluster.isWorker) {
    return undefined;
  }
  const waiting = new Map<number, (allowed: boolean) => void>();
  let asked = 0;
  process.on('message', (message: FromParent) => {
    waiting.get(message.id)?.(message.allowed);
    waiting.delete(message.id);
  });
  const tell = (message: FromChild): void => {
    process.send?.(message);
  };
  return {
    mayPause: () =>
      new Promise((resolve) => {
        asked += 1;
        waiting.set(asked, resolve);
        tell({ type: 'may-pause', id: asked });
      }),
    resumed: () => tell({ type: 'resumed' }),
  };
}
