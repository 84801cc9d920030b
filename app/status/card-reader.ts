import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The card (or disk) that holds the data; null where the kernel does not tell. */
export interface CardReading {
  /** `SD16G 2024-03, 15.9 GB`: the maker's name of it, the month it was made, its size as it is sold. */
  readonly name: string | null;
  /** Octets written to the data partition in its whole life, as ext4 counts them. */
  readonly writtenBytes: number | null;
  /**
   * Share of its life that is used up. An eMMC says so in steps of a tenth (JESD84-B51,
   * DEVICE_LIFE_TIME_EST, the worse of two, upper bound); for an SD card it is an estimate: what was
   * written, against 300 times its size.
   */
  readonly wearRatio: number | null;
  /** Errors that ext4 noted in the data partition, ever. */
  readonly errors: number | null;
}

/** Writes to each cell that a cheap card stands. */
const CYCLES = 300;

/** Reads a handful of small kernel files; nothing is written, and nothing missing is an error. */
export function readCard(
  dataDir: string,
  sys: string = '/sys',
  device: string | null = deviceOf(dataDir),
): CardReading {
  const partition =
    device === null ? null : attempt(() => realpathSync(join(sys, 'dev/block', device)));
  const text = (path: string): string | null =>
    attempt(() => readFileSync(path, 'utf8').trim()) || null;
  const number = (path: string): number | null => {
    const value = Number(text(path) ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  if (partition === null) {
    return { name: null, writtenBytes: null, wearRatio: null, errors: null };
  }
  const isPart = text(join(partition, 'partition')) !== null;
  const disk = isPart ? dirname(partition) : partition;
  const ext4 = join(sys, 'fs/ext4', basename(partition));
  const sectors = number(join(disk, 'size'));
  const sizeBytes = sectors === null ? null : sectors * 512;
  const writtenKib = number(join(ext4, 'lifetime_write_kbytes'));
  const writtenBytes = writtenKib === null ? null : writtenKib * 1024;
  const told = lifeTime(text(join(disk, 'device/life_time')) ?? '');
  const estimated =
    writtenBytes === null || !sizeBytes || text(join(disk, 'device/cid')) === null
      ? null
      : writtenBytes / (CYCLES * sizeBytes);
  const made = /^(\d\d)\/(\d{4})$/.exec(text(join(disk, 'device/date')) ?? '');
  const model = text(join(disk, 'device/name')) ?? text(join(disk, 'device/model'));
  return {
    name: nameOf(model, made === null ? null : `${made[2]}-${made[1]}`, sizeBytes),
    writtenBytes,
    wearRatio: told ?? estimated,
    errors: number(join(ext4, 'errors_count')),
  };
}

function nameOf(
  model: string | null,
  month: string | null,
  sizeBytes: number | null,
): string | null {
  const words = [model, month].filter((word) => word !== null).join(' ');
  const size = sizeBytes === null ? null : `${(sizeBytes / 1e9).toFixed(1)} GB`;
  return [words === '' ? null : words, size].filter((word) => word !== null).join(', ') || null;
}

/** `0x01 0x02` → 0.2; 0 is "not told", 0x0b "beyond its life". */
function lifeTime(text: string): number | null {
  const worst = Math.max(
    ...[...text.matchAll(/0x([0-9a-f]+)/gi)].map((m) => parseInt(m[1] ?? '', 16)),
  );
  return worst > 0 && worst <= 11 ? worst / 10 : null;
}

/** `179:4`, as /sys/dev/block names the device of a folder (makedev(3) of the GNU C library). */
function deviceOf(folder: string): string | null {
  return attempt(() => {
    const dev = statSync(folder, { bigint: true }).dev;
    const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
    const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
    return `${major}:${minor}`;
  });
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
