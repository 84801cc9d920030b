import cluster from 'node:cluster';
import { join } from 'node:path';
import type { GatewayConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';
import { readCertificate } from '../http/certificate.ts';
import { startHttpProcesses } from '../http/index.ts';
import { SystemClock } from '../local/system-clock.ts';
import { ensureDatabase, stateOfOpening } from '../outbox/index.ts';
import { failure } from './command.ts';
import { databaseFile, prepareRunDir } from './database.ts';
import { watchSocket } from './file-watch.ts';
import type { RunningService } from './service.ts';
import { lockDataDir } from './single-instance.ts';

/** `http.processes` > 1: this process keeps the sockets and the children, which run `startApi`. */
export async function startApiProcesses(
  config: GatewayConfig,
  logger: Logger,
): Promise<RunningService> {
  if (config.http.tls !== null) {
    // Each child reads the pair for itself; told here, it is told once.
    readCertificate(config.http.tls);
  }
  await ensureDatabase(databaseFile(config)).catch((error: unknown) => {
    // Each process serves what can be said about a database that cannot be opened.
    if (stateOfOpening(error) === null) {
      throw error;
    }
  });
  const lock = await lockDataDir(config.dataDir, 'api');
  const localSocketPath = join(prepareRunDir(config), 'api.sock');
  const clock = new SystemClock();
  const processes = await startHttpProcesses({ config, localSocketPath, clock, logger });
  if (!(await oneListens())) {
    await processes.close();
    lock.release();
    throw failure('cannot-listen', 'no HTTP process could start; the log above says why');
  }
  const watch = watchSocket(localSocketPath, clock);
  return {
    stop: async () => {
      watch.stop();
      await processes.close();
      lock.release();
    },
    reload: () => {
      processes.signal('SIGHUP');
    },
    done: watch.gone,
    facts: { addresses: config.http.listen },
  };
}

/** False when a child ends before any listens. */
function oneListens(): Promise<boolean> {
  return new Promise((resolve) => {
    cluster.once('listening', () => {
      resolve(true);
    });
    cluster.once('exit', () => {
      resolve(false);
    });
  });
}
