import { mkdirSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { failure } from './command.ts';

const NAMES = { api: 'API', modem: 'modem worker', update: 'pisang update' } as const;

/**
 * Lets one modem worker, and one API with its processes, use a data folder at a time: claims live in
 * the worker's memory, so two would send messages twice; two APIs would each count and tidy for
 * themselves; of two updates one would install what the other has stored. The lock is a socket in Linux's abstract name space, named after the
 * folder's device and inode; the kernel drops it with the process, however that ends. Throws
 * `already-running`.
 */
export async function lockDataDir(
  dataDir: string,
  service: keyof typeof NAMES,
): Promise<{ release(): void }> {
  mkdirSync(dataDir, { recursive: true, mode: 0o750 });
  const server = createServer((socket) => socket.destroy());
  await listen(server, lockName(dataDir, service), dataDir, NAMES[service]);
  server.unref();
  return { release: () => server.close() };
}

/** Whether such a service uses the data folder now. False where the folder is not there. */
export function isDataDirLocked(dataDir: string, service: keyof typeof NAMES): Promise<boolean> {
  if (statSync(dataDir, { throwIfNoEntry: false }) === undefined) {
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    const socket = connect(lockName(dataDir, service));
    const settle = (locked: boolean): void => {
      socket.destroy();
      resolve(locked);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function lockName(dataDir: string, service: keyof typeof NAMES): string {
  const { dev, ino } = statSync(dataDir, { bigint: true });
  return `\0pisang-${service}-${dev}-${ino}`;
}

function listen(server: Server, path: string, dataDir: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? failure('already-running', `another ${name} already uses ${dataDir}; stop it first`)
          : failure('lock-failed', `${dataDir} cannot be locked: ${error.message}`, error),
      );
    });
    server.listen({ path }, resolve);
  });
}
