import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { GatewayConfig, ModemConfig } from '../domain/config.ts';
import { openLink } from '../link/open-link.ts';
import { openTrial } from '../local/trial.ts';
import { type OutboxFailure, openWorkerOutbox } from '../outbox/index.ts';
import { startWorker } from '../worker/index.ts';
import { type Command, type CommandContext, failure, usageError } from './command.ts';
import { databaseFile, prepareRunDir } from './database.ts';
import { driverMaker } from './driver-maker.ts';
import { watchSocket } from './file-watch.ts';
import { endAfterFailure } from './outbox-failure.ts';
import { createProcessLogger, type ProcessLogger, tellSetAside } from './process-logger.ts';
import { SIMULATORS_VARIABLE } from './run-plan.ts';
import { type RunningService, runService } from './service.ts';
import { lockDataDir } from './single-instance.ts';
import { processClock, testedLink } from './test-hooks.ts';

/** The SMS in flight may take that long: the network's own timers have then expired. */
const GRACE_MS = 75_000;

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  examples: ['pisang modem', 'PISANG_MODEMS_0_PORT=tcp://127.0.0.1:7000 pisang modem'],
  run: async (context) => {
    const { config, warnings, setAside } = await context.loadConfig();
    const modems = config.modems.map((modem) => withSimulator(modem, context.environment));
    const logger = createProcessLogger('modem', config.log.level);
    warnings.forEach((warning) => {
      logger.warn({}, warning);
    });
    tellSetAside(setAside, logger);
    return runService(context.environment, {
      graceMs: GRACE_MS,
      logger,
      start: () => startModem(context, { ...config, modems }, logger),
    });
  },
};

async function startModem(
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

/** Under `run` a simulator listens for each `sim:` port; alone there is none. */
function withSimulator(
  modem: ModemConfig,
  environment: Readonly<Record<string, string | undefined>>,
): ModemConfig {
  if (modem.port !== 'sim:') {
    return modem;
  }
  const addresses = JSON.parse(environment[SIMULATORS_VARIABLE] ?? '{}') as Record<string, string>;
  const port = addresses[modem.id];
  if (port === undefined) {
    throw usageError(
      `modems: the port "sim:" of ${modem.id} works only with "pisang run"; here use tcp://HOST:PORT of a simulate-modem`,
    );
  }
  return { ...modem, port };
}
