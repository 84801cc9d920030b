import { spawn } from 'node:child_process';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { maskText } from './mask-text.ts';
import { tarEnd, tarEntry } from './tar.ts';

/** A bundle never gets larger; what does not fit is named in its last file. */
export const BUNDLE_LIMIT_BYTES: number = 5 * 1024 * 1024;
/** Stop adding there: the compressor still holds some, and the list of what is missing follows. */
const FULL_BYTES = BUNDLE_LIMIT_BYTES - 1_400_000;
const FILE_LIMIT_BYTES = 1024 * 1024;
/** As journalctl takes patterns: the services, what starts and checks them, and updates. */
const UNITS = ['pisang-*', 'rauc'];

export interface BundleFile {
  readonly name: string;
  readonly content: () => Promise<string> | string;
}

/**
 * Writes a `tar.gz` of masked texts, file after file, never holding more than one; so it works with
 * a full or read-only disk when the target is elsewhere.
 */
export async function writeBundle(
  files: readonly BundleFile[],
  target: Writable,
  nowMs: number,
): Promise<void> {
  let written = 0;
  const counter = new Transform({
    transform: (chunk: Buffer, _, done) => {
      written += chunk.length;
      done(null, chunk);
    },
  });
  async function* archive(): AsyncGenerator<Buffer> {
    const leftOut: string[] = [];
    for (const { name, content } of files) {
      if (written > FULL_BYTES) {
        leftOut.push(name);
        continue;
      }
      const text = await Promise.resolve(content()).catch(
        (error: unknown) => `could not be read: ${String(error)}\n`,
      );
      const bytes = Buffer.from(maskText(text)).subarray(-FILE_LIMIT_BYTES);
      yield tarEntry(`pisang/${name}`, bytes, nowMs);
    }
    const rest = leftOut.length === 0 ? 'nothing\n' : `${leftOut.join('\n')}\n`;
    yield tarEntry('pisang/left-out.txt', Buffer.from(rest), nowMs);
    yield tarEnd();
  }
  await pipeline(Readable.from(archive()), createGzip({ level: 9 }), counter, target);
}

/** The end of each log file in a folder, for where logs are not systemd's. */
export async function logFiles(folder: string): Promise<readonly BundleFile[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /\.log(\.1)?$/.test(name))
    .map((name) => ({ name: `log/${name}`, content: () => readEnd(join(folder, name)) }));
}

/** 48 hours of our units' and the kernel's log, where systemd's journal is. */
export function journalFiles(): readonly BundleFile[] {
  const since = ['--since', '-48h', '--no-pager', '--output', 'short-iso', '--lines', '20000'];
  return [
    {
      name: 'journal.txt',
      content: () => outputOf('journalctl', [...since, ...UNITS.flatMap((unit) => ['-u', unit])]),
    },
    { name: 'kernel.txt', content: () => outputOf('journalctl', [...since, '-k']) },
  ];
}

async function readEnd(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, FILE_LIMIT_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}

/** The end of what a program prints, or why it could not be run. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-FILE_LIMIT_BYTES);
    });
    child.once('error', (error) => {
      resolve(`${program} could not be run: ${error.message}\n`);
    });
    child.once('close', () => {
      resolve(text);
    });
  });
}
