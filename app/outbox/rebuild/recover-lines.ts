import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

/** How long the SQLite shell may take for a million rows on a slow card. */
const LIMIT_MS = 12 * 60_000;

/**
 * Lets SQLite's own shell look for rows page by page (`.recover`, https://sqlite.org/recovery.html),
 * and hands over each line it prints. Pages on the free list are left out: rows there were deleted,
 * and would come back to life.
 *
 * Resolves with false where the shell is missing or was built without `sqlite_dbpage`, as Debian
 * 12's was.
 */
export function recoverLines(file: string, onLine: (line: string) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const shell = spawn(
      'sqlite3',
      // The WAL stays as it is: the damaged file is kept as evidence.
      ['-batch', file, '.dbconfig no_ckpt_on_close on', '.recover --ignore-freelist'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: LIMIT_MS,
        // Its own notes grow with the queue: beside the database there is more room than in /tmp.
        env: { ...process.env, SQLITE_TMPDIR: dirname(file) },
      },
    );
    let ended: number | null | undefined;
    let isRead = false;
    const settle = (): void => {
      if (ended !== undefined && isRead) {
        resolve(ended === 0);
      }
    };
    shell.once('error', () => resolve(false));
    shell.once('close', (code) => {
      ended = code;
      settle();
    });
    createInterface({ input: shell.stdout, crlfDelay: Number.POSITIVE_INFINITY })
      .on('line', onLine)
      .on('close', () => {
        isRead = true;
        settle();
      });
  });
}
