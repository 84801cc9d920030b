import {
  closeSync,
  createWriteStream,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failure, usageError } from './command.ts';

/** Octets of the largest update that is taken; a bundle has about 150 MB. */
export const UPDATE_LIMIT_BYTES = 536_870_912;
/** For the whole download. */
const DOWNLOAD_MS = 30 * 60_000;

/**
 * Puts the whole of a file, or of what an http(s) address serves, at `target`, on the disk; or leaves
 * nothing there. Rejects with `update-too-large`, `update-unreadable`, `update-unreachable` or
 * `update-not-stored`.
 */
export async function storeUpdate(
  source: string,
  target: string,
  limitBytes: number = UPDATE_LIMIT_BYTES,
): Promise<void> {
  const { stream, announcedBytes } = await openSource(source);
  if (announcedBytes > limitBytes) {
    stream.destroy();
    throw tooLarge(limitBytes);
  }
  const part = `${target}.part`;
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      done(bytes > limitBytes ? tooLarge(limitBytes) : null, chunk);
    },
  });
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o750 });
    await pipeline(stream, counted, createWriteStream(part, { mode: 0o640 }));
    const file = openSync(part, 'r');
    fsyncSync(file);
    closeSync(file);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw bytes > limitBytes
      ? error
      : failure('update-not-stored', `The update could not be stored: ${reasonOf(error)}`);
  }
}

interface Source {
  readonly stream: Readable;
  /** 0 when it is not known before. */
  readonly announcedBytes: number;
}

async function openSource(source: string): Promise<Source> {
  if (!/^[a-z]+:\/\//i.test(source)) {
    const file = await open(source).catch((error: unknown) => {
      throw unreadable(source, error);
    });
    const { size } = await file.stat();
    return { stream: file.createReadStream(), announcedBytes: size };
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
    return {
      stream: Readable.fromWeb(answer.body),
      announcedBytes: Number(answer.headers.get('content-length') ?? 0),
    };
  } catch (error) {
    throw failure('update-unreachable', `${source} can not be fetched: ${reasonOf(error)}`);
  }
}

function unreadable(source: string, error: unknown): Error {
  // Root at a terminal becomes the services' user on the appliance, and wonders.
  const hint =
    error instanceof Error && 'code' in error && error.code === 'EACCES'
      ? '; on the box put it into /var/lib/pisang and make it readable for all (chmod 644)'
      : '';
  return failure('update-unreadable', `${source} can not be read: ${reasonOf(error)}${hint}`);
}

function tooLarge(limitBytes: number): Error {
  const limit = Math.floor(limitBytes / 1_048_576);
  return failure('update-too-large', `The update is larger than ${limit} MiB, so it is not taken.`);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
