import { openHandedSocket, REAL_MACHINE, serve } from '../boxd/index.ts';
import { SystemClock } from '../local/system-clock.ts';
import { SCHEMA_VERSION } from '../outbox/index.ts';
import type { Command } from './command.ts';
import { createProcessLogger } from './process-logger.ts';

/** Where systemd listens for it. */
const SOCKET = '/run/pisang-boxd.sock';

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  examples: ['systemctl start pisang-boxd.socket'],
  run: async ({ environment, version }) => {
    const path = environment['PISANG_BOXD_SOCKET'] ?? SOCKET;
    const server = await openHandedSocket(environment, path);
    await serve(server, {
      machine: REAL_MACHINE,
      running: { version, schema: SCHEMA_VERSION },
      clock: new SystemClock(),
      logger: createProcessLogger('boxd', 'info'),
    });
    return 0;
  },
};
