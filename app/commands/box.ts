import { createConnection } from 'node:net';
import { type Command, type CommandContext, failure, usageError } from './command.ts';

const SOCKET = '/run/pisang-boxd.sock';
/** An installation is the longest. */
const LONGEST_MS = 31 * 60_000;
const REPLY_LIMIT = 1_048_576;

interface Reply {
  readonly ok: boolean;
  readonly code?: string;
  readonly detail: string;
  readonly data?: unknown;
}

export const command: Command = {
  usage: 'VERB [FIELD=VALUE…]',
  options: {},
  words: [1, 4],
  examples: ['pisang box reboot', 'pisang box led state=ok', 'pisang box update-status'],
  run: async (context) => {
    const [verb = '', ...fields] = context.words;
    const reply = await ask(context, { ...Object.fromEntries(fields.map(toField)), verb });
    if (!reply.ok) {
      throw failure(reply.code ?? 'failed', reply.detail);
    }
    context.print(reply.data === undefined ? reply.detail : JSON.stringify(reply.data, null, 2));
    return 0;
  },
};

/** Numbers and `true` or `false` are what they look like; all else is text. */
function toField(word: string): readonly [string, unknown] {
  const [, name, value = ''] = /^([A-Za-z]+)=(.*)$/.exec(word) ?? [];
  if (name === undefined) {
    throw usageError(`"${word}" is no FIELD=VALUE`);
  }
  const plain = /^(?:\d{1,15}|true|false)$/.test(value);
  return [name, plain ? (JSON.parse(value.replace(/^0+(?=\d)/, '')) as unknown) : value];
}

function ask({ environment }: CommandContext, request: object): Promise<Reply> {
  const path = environment['PISANG_BOXD_SOCKET'] ?? SOCKET;
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path }, () => socket.write(`${JSON.stringify(request)}\n`));
    let said = '';
    socket.setTimeout(LONGEST_MS, () => socket.destroy());
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes('\n') || said.length > REPLY_LIMIT) {
        socket.destroy();
      }
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(failure('box-unreachable', `${path} does not answer (${error.code ?? 'unknown'})`)),
    );
    socket.once('close', () => {
      try {
        resolve(JSON.parse(said) as Reply);
      } catch {
        reject(failure('box-unreachable', `${path} closed without an answer`));
      }
    });
  });
}
