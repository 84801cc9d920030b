import { askBox } from './box-client.ts';
import { type Command, type CommandContext, usageError } from './command.ts';

export const command: Command = {
  usage: '--yes',
  options: {
    yes: { value: null, help: 'erase all messages, keys, settings and certificates, and restart' },
  },
  words: [0, 0],
  examples: ['pisang factory-reset --yes'],
  run: async (context: CommandContext) => {
    if (!context.given.has('yes')) {
      throw usageError('this erases everything on the box; say --yes to do it');
    }
    const { detail } = await askBox(context, {
      verb: 'factory-reset',
      confirm: 'erase everything',
    });
    context.print(detail);
    return 0;
  },
};
