import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { askBox } from './box-client.ts';
import type { Command } from './command.ts';
import { lockDataDir } from './single-instance.ts';
import { storeUpdate } from './update-source.ts';
import { describeSlots } from './update-status.ts';

/** Where boxd installs from, and only there. */
const BUNDLE = '/var/lib/pisang/update/bundle.raucb';

export const command: Command = {
  usage: 'FILE|URL [--allow-downgrade] | status',
  options: {
    'allow-downgrade': {
      value: null,
      help: 'install an older version, if it can read the stored messages',
    },
  },
  words: [1, 1],
  examples: [
    'pisang update /var/lib/pisang/pisang-1.5.0.raucb',
    'pisang update http://192.168.1.10:8000/pisang-1.5.0.raucb',
    'pisang update status',
  ],
  run: async (context) => {
    const source = context.words[0] ?? '';
    if (source === 'status') {
      const { data } = await askBox(context, { verb: 'update-status' });
      describeSlots(data).forEach((line) => {
        context.print(line);
      });
      return 0;
    }
    const target = context.environment['PISANG_UPDATE_BUNDLE'] ?? BUNDLE;
    // A configuration that is wrong must not keep an update away that may mend it.
    const loaded = await context.loadConfig().catch(() => null);
    const reserveBytes = loaded?.config.queue.diskReserveBytes;
    const lock = await lockDataDir(dirname(target), 'update');
    try {
      await storeUpdate(source, target, reserveBytes === undefined ? {} : { reserveBytes });
      const { detail } = await askBox(context, {
        verb: 'install-update',
        allowDowngrade: context.given.has('allow-downgrade'),
      });
      context.print(detail);
      context.print('Nothing changes until then: pisang box reboot');
      return 0;
    } finally {
      rmSync(target, { force: true });
      lock.release();
    }
  },
};
