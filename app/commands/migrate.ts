import { migrate } from '../outbox/index.ts';
import type { Command } from './command.ts';
import { databaseFile } from './database.ts';

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  examples: ['pisang migrate', 'pisang --config ./my.json migrate'],
  run: async (context) => {
    const file = databaseFile((await context.loadConfig()).config);
    const { from, to } = migrate(file);
    context.print(
      from === to
        ? `${file} already has schema ${to}`
        : from === 0
          ? `${file} made, with schema ${to}`
          : `${file} brought from schema ${from} to ${to}`,
    );
    return 0;
  },
};
