import { statSync } from 'node:fs';
import type { Clock } from '../domain/clock.ts';
import { failure } from './command.ts';

/** A look is one `stat`, a few microseconds; what is accepted until the next one may be lost. */
const LOOK_EVERY_MS = 2_000;

/**
 * Calls `onGone` once when a file was deleted or replaced, at the latest 2 s after; one that is not
 * there yet is watched from when it appears.
 * The kernel keeps a deleted file for those who have it open, so that nothing else would tell.
 * The returned function stops looking.
 */
export function watchFile(path: string, clock: Clock, onGone: () => void): () => void {
  let before: string | null = null;
  let cancel = (): void => {};
  const look = (): void => {
    const now = identityOf(path);
    before ??= now;
    if (now === before) {
      cancel = clock.schedule(LOOK_EVERY_MS, look);
    } else {
      onGone();
    }
  };
  look();
  return () => cancel();
}

/** Watches a local socket of a service, which ends when `gone` rejects: a new process makes it again. */
export function watchSocket(
  path: string,
  clock: Clock,
): { readonly gone: Promise<never>; stop(): void } {
  let stop = (): void => {};
  const gone = new Promise<never>((_, reject) => {
    stop = watchFile(path, clock, () => {
      reject(
        failure(
          'run-dir-gone',
          `runDir: ${path} was deleted while it was in use; only a new process makes it again`,
        ),
      );
    });
  });
  gone.catch(() => undefined);
  return { gone, stop: () => stop() };
}

/** Device and inode; null where there is no such file. */
function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
