import { randomBytes } from 'node:crypto';
import { GatewayError } from '../domain/gateway-error.ts';
import { startSimulator } from '../simulator/index.ts';
import {
  type Command,
  type CommandContext,
  integerOption,
  optionOf,
  requiredOption,
  usageError,
} from './command.ts';
import { createProcessLogger } from './process-logger.ts';
import { runService } from './service.ts';
import { processClock } from './test-hooks.ts';

/** The simulated network answers a part in flight before the connection ends. */
const GRACE_MS = 2_000;
const SEND_MS_LIMIT = 600_000;

export const command: Command = {
  usage: '--listen tcp://HOST:PORT [--journal FILE] [--profile NAME] [--faults FILE] [--send-ms N]',
  options: {
    listen: { value: 'tcp://HOST:PORT', help: 'AT commands there, HTTP control on PORT+1; 0: any' },
    journal: { value: 'FILE', help: 'a JSON line for every part the network accepted' },
    profile: { value: 'NAME', help: 'modem family to imitate' },
    faults: { value: 'FILE', help: 'JSON of faults to play; read again when it changes' },
    'send-ms': { value: 'N', help: 'milliseconds from Ctrl-Z to +CMGS, default 0' },
    id: { value: 'ID', help: 'name in the journal; makes IMEI and SIM of its own' },
  },
  words: [0, 0],
  examples: [
    'pisang simulate-modem --listen tcp://127.0.0.1:7000 --journal /tmp/journal.jsonl',
    'pisang simulate-modem --listen tcp://127.0.0.1:7000 --send-ms 1000 --faults ./faults.json',
  ],
  run: async (context) => {
    const { host, port } = readListen(requiredOption(context, 'listen'));
    const profile = optionOf(context, 'profile');
    const modemId = optionOf(context, 'id');
    const sendMs = integerOption(context, 'send-ms', 0, SEND_MS_LIMIT);
    const logger = createProcessLogger('simulator', 'info');
    return runService(context.environment, {
      graceMs: GRACE_MS,
      logger,
      start: async () => {
        const simulator = await startSimulator({
          host,
          port,
          journalFile: optionOf(context, 'journal'),
          faultsFile: optionOf(context, 'faults'),
          sendMs,
          ...(profile === null ? {} : { profile }),
          ...(modemId === null ? {} : { modemId }),
          logger,
          random: randomBytes,
          clock: processClock(context.environment),
        }).catch((error: unknown) => {
          throw startFailure(context, error);
        });
        const { port: chosen, controlPort } = simulator;
        logger.info({ port: chosen, controlPort, sendMs }, 'the simulated modem listens');
        return { stop: () => simulator.close(), facts: { port: chosen, controlPort } };
      },
    });
  },
};

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program; stop it or choose another port',
  EADDRNOTAVAIL: 'is no address of this machine',
  ENOTFOUND: 'is no known host',
  EACCES: 'may not be used by this user; choose a port above 1023',
};

/** What the system refused, as one line that names the option. */
function startFailure(context: CommandContext, error: unknown): unknown {
  if (error instanceof GatewayError && error.code === 'bad-simulator-option') {
    return usageError(error.message);
  }
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) {
    return error;
  }
  const code = String(error.code);
  switch (error.syscall) {
    case 'listen':
    case 'getaddrinfo': {
      const { address, port } = error as { address?: string; port?: number };
      const where = port === undefined ? optionOf(context, 'listen') : `${address}:${port}`;
      return usageError(`--listen: ${where} ${LISTEN_FAULTS[code] ?? `cannot be used (${code})`}`);
    }
    case 'open':
      return usageError(`--journal: ${optionOf(context, 'journal')} cannot be written (${code})`);
    case 'watch':
      return usageError(`--faults: there is no folder for ${optionOf(context, 'faults')}`);
    default:
      return error;
  }
}

function readListen(value: string): { readonly host: string; readonly port: number } {
  const match = /^tcp:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw usageError(`--listen must be like tcp://127.0.0.1:7000, not "${value}"`);
  }
  if (port === 65_535) {
    throw usageError('--listen: the control port is the one after it, so 65534 is the highest');
  }
  return { host: match[1] ?? match[2] ?? '', port };
}
