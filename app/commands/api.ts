import cluster from 'node:cluster';
import type { GatewayConfig } from '../domain/config.ts';
import { type OutboxFailure, openApiOutbox } from '../outbox/index.ts';
import type { Command, CommandContext } from './command.ts';
import { databaseFile } from './database.ts';
import { openOrStandIn } from './open-database.ts';
import { createProcessLogger, type ProcessLogger, tellSetAside } from './process-logger.ts';
import { type RunningService, runService } from './service.ts';
import { lockDataDir } from './single-instance.ts';
import { markSuspect } from './suspect-database.ts';
import { processClock } from './test-hooks.ts';

/** Requests in flight end long before; this bounds a client that does not read its answer. */
const GRACE_MS = 10_000;

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  examples: ['pisang api', 'PISANG_HTTP_LISTEN=127.0.0.1:8080 pisang api'],
  run: async (context) => {
    const { config, warnings, setAside } = await context.loadConfig();
    const logger = createProcessLogger('api', config.log.level);
    warnings.forEach((warning) => {
      logger.warn({}, warning);
    });
    tellSetAside(setAside, logger);
    return runService(context.environment, {
      graceMs: GRACE_MS,
      logger,
      start: async () =>
        config.http.processes > 1 && cluster.isPrimary
          ? (await import('./api-processes.ts')).startApiProcesses(config, logger)
          : startApi(context, config, logger, setAside.length > 0),
    });
  },
};

/**
 * Opens the database on its own thread while this one reads the code of the server: each takes seconds on the board.
 * What this file imports is therefore no more than that needs; the rest is `api-service.ts`.
 */
async function startApi(
  context: CommandContext,
  config: GatewayConfig,
  logger: ProcessLogger,
  settingsDamaged: boolean,
): Promise<RunningService> {
  const clock = processClock(context.environment);
  let onFailure: (reason: OutboxFailure) => void = () => {};
  const failed = new Promise<OutboxFailure>((resolve) => {
    onFailure = resolve;
  });
  // The processes of one API share its folder; their parent holds the lock.
  const lock = cluster.isPrimary ? await lockDataDir(config.dataDir, 'api') : null;
  const open = (): ReturnType<typeof openApiOutbox> =>
    openApiOutbox({
      file: databaseFile(config),
      clock,
      logger,
      maxDepth: config.queue.maxDepth,
      diskReserveBytes: config.queue.diskReserveBytes,
      onFailure: (reason) => {
        if (reason === 'damaged') {
          markSuspect(config, 'met while in use', logger);
        }
        onFailure(reason);
      },
    });
  const [opened, { serveApi }] = await Promise.all([
    openOrStandIn(open, clock, logger),
    import('./api-service.ts'),
  ]);
  return serveApi({ context, config, logger, settingsDamaged, clock, lock, failed, ...opened });
}
