import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openHandedSocket, REAL_MACHINE, serve, storedSchema } from '../boxd/index.ts';
import { slotIn } from '../domain/slot.ts';
import { SystemClock } from '../local/system-clock.ts';
import { SCHEMA_VERSION } from '../outbox/index.ts';
import { PROGRAM } from '../program.ts';
import type { Command } from './command.ts';
import { createProcessLogger } from './process-logger.ts';

/** Where systemd listens for it. */
const SOCKET = '/run/pisang-boxd.sock';
/** Where the appliance's overlays have it. */
const DATABASE = '/var/lib/pisang/app/pisang.db';
/** What the image build says of this system; beside the program. */
const RELEASE = join(dirname(PROGRAM), '../release.json');
/** Debian's names of Node's architectures, where they differ. */
const DEBIAN_NAMES: Readonly<Record<string, string>> = { arm: 'armhf', x64: 'amd64' };

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
      running: {
        version,
        // A version that was installed before this one may have brought the database further.
        get schema() {
          return Math.max(SCHEMA_VERSION, storedSchema(DATABASE));
        },
        architecture: DEBIAN_NAMES[process.arch] ?? process.arch,
        signing: signing(),
        slot: slotIn(readFileSync('/proc/cmdline', 'utf8')),
      },
      clock: new SystemClock(),
      logger: createProcessLogger('boxd', 'info'),
    });
    return 0;
  },
};

function signing(): string {
  try {
    const { updates } = JSON.parse(readFileSync(RELEASE, 'utf8')) as { updates?: unknown };
    return typeof updates === 'string' ? updates : 'unknown';
  } catch {
    return 'unknown';
  }
}
