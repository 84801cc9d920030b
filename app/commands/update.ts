import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { askBox } from './box-client.ts';
import { type Command, failure, usageError } from './command.ts';

/** Where boxd installs from, and only there. */
const BUNDLE = '/var/lib/pisang/update/bundle.raucb';
const LIMIT_BYTES = 536_870_912;
/** For the whole download. */
const DOWNLOAD_MS = 30 * 60_000;

export const command: Command = {
  usage: 'FILE|URL [--allow-downgrade] | status',
  options: {
    'allow-downgrade': {
      value: null,
      help: 'install an older version, if it can read the stored messages',
    },
  },
  words: [1, 1],
  examples: ['pisang update pisang-1.5.0.raucb', 'pisang update status'],
  run: async (context) => {
    const source = context.words[0] ?? '';
    if (source === 'status') {
      const { data } = await askBox(context, { verb: 'update-status' });
      context.print(JSON.stringify(data, null, 2));
      return 0;
    }
    const target = context.environment['PISANG_UPDATE_BUNDLE'] ?? BUNDLE;
    await store(await openSource(source), target);
    try {
      const { detail } = await askBox(context, {
        verb: 'install-update',
        allowDowngrade: context.given.has('allow-downgrade'),
      });
      context.print(detail);
      context.print('Nothing changes until then: pisang box reboot');
      return 0;
    } finally {
      rmSync(target, { force: true });
    }
  },
};

async function openSource(source: string): Promise<Readable> {
  if (!/^[a-z]+:\/\//i.test(source)) {
    return createReadStream(source);
  }
  if (!/^https?:\/\//i.test(source) || !URL.canParse(source)) {
    throw usageError(`"${source}" is neither a file nor an http:// or https:// address`);
  }
  try {
    const answer = await fetch(source, {
      redirect: 'error',
      signal: AbortSignal.timeout(DOWNLOAD_MS),
    });
    if (!answer.ok || answer.body === null) {
      throw new Error(`it answers with status ${answer.status}`);
    }
    return Readable.fromWeb(answer.body);
  } catch (error) {
    throw failure('update-unreachable', `${source} can not be fetched: ${reasonOf(error)}`);
  }
}

/** The whole file at its place on the data partition, or nothing. */
async function store(source: Readable, target: string): Promise<void> {
  const part = `${target}.part`;
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      done(bytes > LIMIT_BYTES ? new Error('it is larger than 512 MiB') : null, chunk);
    },
  });
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o750 });
    await pipeline(source, counted, createWriteStream(part, { mode: 0o640 }));
    const file = openSync(part, 'r');
    fsyncSync(file);
    closeSync(file);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw failure('update-not-stored', `The update could not be stored: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
