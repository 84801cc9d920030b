import type { Disk } from '../domain/disk.ts';

/** What is there, or nothing where it is broken: then defaults hold, and these settings on top. */
export function readObject(disk: Pick<Disk, 'read'>, path: string): object {
  try {
    const value: unknown = JSON.parse(disk.read(path)?.toString() ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
