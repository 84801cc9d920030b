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
import { SCHEMA } from '../config/schema.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import { freeBytesOf } from '../outbox/free-space.ts';
import { failure, usageError } from './command.ts';

/** Octets of the largest update that is taken; a bundle has about 150 MB. */
export const UPDATE_LIMIT_BYTES = 536_870_912;
const MIB = 1_048_576;
/** For the whole download. */
const DOWNLOAD_MS = 30 * 60_000;

interface StoreOptions {
  readonly limitBytes?: number;
  /** Stays free for the queue: `queue.diskReserveBytes`. */
  readonly reserveBytes?: number;
  /** Octets free where `folder` lies; null where that is not known: then the write itself will tell. */
  readonly freeBytes?: (folder: string) => number | null;
}

/**
 * Puts the whole of a file, or of what an http(s) address serves, at `target`, on the disk; or leaves
 * nothing there. Rejects with `update-too-large`, `update-no-room`, `update-unreadable`,
 * `update-unreachable` or `update-not-stored`.
 */
export async function storeUpdate(
  source: string,
  target: string,
  {
    limitBytes = UPDATE_LIMIT_BYTES,
    reserveBytes = SCHEMA.queue.fields.diskReserveBytes.default ?? 0,
    freeBytes = freeBytesOf,
  }: StoreOptions = {},
): Promise<void> {
  const { stream, announcedBytes } = await openSource(source);
  const folder = dirname(target);
  const part = `${target}.part`;
  let bytes = 0;
  const watched = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      // Looked at each time, since messages are stored meanwhile.
      const full = (freeBytes(folder) ?? Number.POSITIVE_INFINITY) - chunk.length < reserveBytes;
      done(
        bytes > limitBytes ? tooLarge(limitBytes) : full ? noRoom(reserveBytes, null) : null,
        chunk,
      );
    },
  });
  try {
    if (announcedBytes > limitBytes) {
      throw tooLarge(limitBytes);
    }
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    // What was cut before would count as taken.
    rmSync(part, { force: true });
    const free = freeBytes(folder);
    if (free !== null && free - announcedBytes < reserveBytes) {
      throw noRoom(reserveBytes, { announcedBytes, free });
    }
    await pipeline(stream, watched, createWriteStream(part, { mode: 0o640 }));
    const file = openSync(part, 'r');
    fsyncSync(file);
    closeSync(file);
    renameSync(part, target);
  } catch (error) {
    stream.destroy();
    rmSync(part, { force: true });
    throw error instanceof GatewayError
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

function noRoom(
  reserveBytes: number,
  known: { readonly announcedBytes: number; readonly free: number } | null,
): Error {
  const size =
    known === null || known.announcedBytes === 0
      ? ''
      : `it has ${Math.ceil(known.announcedBytes / MIB)} MiB, ${Math.floor(known.free / MIB)} MiB are free, and `;
  return failure(
    'update-no-room',
    `There is no room for the update: ${size}${Math.ceil(reserveBytes / MIB)} MiB must stay free for messages. Delete old files first.`,
  );
}

function tooLarge(limitBytes: number): Error {
  const limit = Math.floor(limitBytes / MIB);
  return failure('update-too-large', `The update is larger than ${limit} MiB, so it is not taken.`);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
