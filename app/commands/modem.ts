import type { ModemConfig } from '../domain/config.ts';
import { type Command, usageError } from './command.ts';
import { createProcessLogger } from './process-logger.ts';
import { SIMULATORS_VARIABLE } from './run-plan.ts';
import { runService } from './service.ts';

/** The SMS in flight may take that long: the network's own timers have then expired. */
const GRACE_MS = 75_000;

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  service: true,
  examples: ['pisang modem', 'PISANG_MODEMS_0_PORT=tcp://127.0.0.1:7000 pisang modem'],
  run: async (context) => {
    // A thread checks the configuration while this one loads the code: on a board seconds.
    const service = import('./modem-service.ts');
    const { config, warnings } = await context.loadConfig();
    const modems = config.modems.map((modem) => withSimulator(modem, context.environment));
    const logger = createProcessLogger('modem', config.log.level);
    warnings.forEach((warning) => {
      logger.warn({}, warning);
    });
    return runService(context.environment, {
      graceMs: GRACE_MS,
      logger,
      start: async () => (await service).startModem(context, { ...config, modems }, logger),
    });
  },
};

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
