import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** A process that has a port open. */
export interface PortHolder {
  readonly pid: number;
  /** As `comm` of proc(5) has it, at most 15 characters. */
  readonly name: string;
}

/**
 * Finds another process that has `path` open, by its file descriptors in `/proc`. Null when there
 * is none or the system does not let us see it.
 */
export async function findPortHolder(path: string, root = '/'): Promise<PortHolder | null> {
  const device = await realpath(path).catch(() => path);
  const proc = join(root, 'proc');
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (Number(pid) === process.pid) {
      continue;
    }
    const folder = join(proc, pid, 'fd');
    for (const fd of await readdir(folder).catch(() => [])) {
      if ((await readlink(join(folder, fd)).catch(() => '')) === device) {
        const name = await readFile(join(proc, pid, 'comm'), 'utf8').catch(() => '?');
        return { pid: Number(pid), name: name.trim() };
      }
    }
  }
  return null;
}
