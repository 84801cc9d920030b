import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { GatewayConfig } from '../domain/config.ts';
import { openLink } from '../link/open-link.ts';
import { openTrial } from '../local/trial.ts';
import { type OutboxFailure, openWorkerOutbox } from '../outbox/index.ts';
import { startWorker } from '../worker/index.ts';
import { type CommandContext, failure } from './command.ts';
import { databaseFile, prepareRunDir } from './database.ts';
import { driverMaker } from './driver-maker.ts';
import { watchSocket } from './file-watch.ts';
import { endAfterFailure } from './outbox-failure.ts';
import type { ProcessLogger } from './process-logger.ts';
import type { RunningService } from './service.ts';
import { lockDataDir } from './single-instance.ts';
import { processClock, testedLink } from './test-hooks.ts';

/** The modem worker of this process. */
export async function startModem(
  context: CommandContext,
  config: GatewayConfig,
  logger: ProcessLogger,
): Promise<RunningService> {
  const clock = processClock(context.environment);
  const file = databaseFile(config);
  const runDir = prepareRunDir(config);
  const trial = openTrial(runDir, clock);
  const socket = join(runDir, 'worker.sock');
  const lock = await lockDataDir(config.dataDir, 'modem');
  let onFailure: (reason: OutboxFailure) => void = () => {};
  const failed = new Promise<OutboxFailure>((resolve) => {
    onFailure = resolve;
  });
  const outbox = await openWorkerOutbox({
    file,
    clock,
    logger,
    random: randomBytes,
    onFailure: (reason) => {
      onFailure(reason);
    },
  });
  const worker = await startWorker({
    config,
    outbox,
    makeDriver: driverMaker({
      config,
      outbox,
      trial,
      openLink: async (port) => testedLink(await openLink(port, { clock }), context.environment),
      clock,
      logger,
      random: randomBytes,
    }),
    clock,
    logger,
    version: context.version,
    trial,
    random: randomBytes,
  });
  const watch = watchSocket(socket, clock);
  return {
    stop: async (graceMs) => {
      watch.stop();
      await worker.stop(graceMs);
      lock.release();
    },
    reload: async () => {
      logger.setLevel((await context.loadConfig()).config.log.level);
    },
    done: Promise.race([
      failed.then(endAfterFailure),
      watch.gone,
      worker.hung.then((modem) => {
        throw failure('modem-hung', `the port of ${modem} hangs; only a new process frees it`);
      }),
    ]),
  };
}
