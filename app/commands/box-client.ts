import { createConnection } from 'node:net';
import { type CommandContext, failure } from './command.ts';

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

/** Asks boxd for one thing. Rejects with its refusal, or `box-unreachable`. */
export async function askBox(
  { environment }: Pick<CommandContext, 'environment'>,
  request: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const path = environment['PISANG_BOXD_SOCKET'] ?? SOCKET;
  const reply = await exchange(path, `${JSON.stringify(request)}\n`);
  if (!reply.ok) {
    throw failure(reply.code ?? 'failed', reply.detail);
  }
  return reply;
}

function exchange(path: string, line: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path }, () => socket.write(line));
    let said = '';
    socket.setTimeout(LONGEST_MS, () => socket.destroy());
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes('\n') || said.length > REPLY_LIMIT) {
        socket.destroy();
      }
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        failure(
          'box-unreachable',
          `${path} does not answer (${error.code ?? 'unknown'}); this works on the appliance only`,
        ),
      ),
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
