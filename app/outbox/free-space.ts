import { statfsSync } from 'node:fs';

/** Octets that are free where a folder lies (statfs(2), for users without privileges); null where the file system does not say. */
export function freeBytesOf(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
