import { askBox } from './box-client.ts';
import { type Command, usageError } from './command.ts';

export const command: Command = {
  usage: 'VERB [FIELD=VALUE…]',
  options: {},
  words: [1, 4],
  examples: ['pisang box reboot', 'pisang box led state=ok', 'pisang box update-status'],
  run: async (context) => {
    const [verb = '', ...fields] = context.words;
    const { detail, data } = await askBox(context, {
      ...Object.fromEntries(fields.map(toField)),
      verb,
    });
    context.print(data === undefined ? detail : JSON.stringify(data, null, 2));
    return 0;
  },
};

/** Numbers and `true` or `false` are what they look like; all else is text. */
function toField(word: string): readonly [string, unknown] {
  const [, name, value = ''] = /^([A-Za-z]+)=(.*)$/.exec(word) ?? [];
  if (name === undefined) {
    throw usageError(`"${word}" is no FIELD=VALUE`);
  }
  const plain = /^(?:[1-9]\d{9,14}|true|false)$/.test(value);
  return [name, plain ? (JSON.parse(value) as unknown) : value];
}
