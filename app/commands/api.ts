import cluster from 'node:cluster';
import type { Command } from './command.ts';
import { createProcessLogger } from './process-logger.ts';
import { runService } from './service.ts';

/** Requests in flight end long before; this bounds a client that does not read its answer. */
const GRACE_MS = 10_000;

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  service: true,
  examples: ['pisang api', 'PISANG_HTTP_LISTEN=127.0.0.1:8080 pisang api'],
  run: async (context) => {
    // A thread checks the configuration while this one loads the code: on a board seconds.
    const service = import('./api-service.ts');
    const { config, warnings } = await context.loadConfig();
    const logger = createProcessLogger('api', config.log.level);
    warnings.forEach((warning) => {
      logger.warn({}, warning);
    });
    return runService(context.environment, {
      graceMs: GRACE_MS,
      logger,
      start: async () => {
        if (config.http.processes > 1 && cluster.isPrimary) {
          const { startApiProcesses } = await import('./api-processes.ts');
          return startApiProcesses(config, logger);
        }
        return (await service).startApi(context, config, logger);
      },
    });
  },
};
