import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GatewayError } from '../../domain/gateway-error.ts';
import { openWriter } from '../connection.ts';
import type { Moment } from '../contract.ts';
import { migrate, quickCheck } from '../migrate.ts';
import { salvage } from './salvage.ts';
import { settle } from './settle.ts';

/** What became of a damaged database; kept beside the new one as `rebuilt.json`. */
export interface Rebuilt {
  /** ISO 8601; as far as the clock was right. */
  readonly at: string;
  /** Of the kernel's start in which it was; null where an earlier release did not say. */
  readonly bootId: string | null;
  /** Name of the damaged file in the same folder; null where there was none left to keep. */
  readonly damagedFile: string | null;
  /** The first thing that was found wrong. */
  readonly finding: string;
  /** Messages that were saved, and of these the ones that may or may not have been sent. */
  readonly messages: number;
  readonly uncertain: number;
}

const RECORD = 'rebuilt.json';
const BUILDING = 'pisang-building.db';
const BUILT = 'pisang-rebuilt.db';
/** Damaged files that are kept; older ones are deleted, so that they never fill the card. */
const KEPT = 2;
const SPARE_BYTES = 16 * 1024 * 1024;

/**
 * Puts a new database with all that can be read in the place of a damaged one, which keeps its bytes
 * under another name. May be cut at any step: until the new one is whole the damaged one stays, and
 * `finishRebuild` does the rest at the next start.
 * @throws GatewayError `storage-full` where a second database does not fit; then nothing changed.
 */
export async function rebuildDatabase(
  file: string,
  finding: string,
  at: Moment,
): Promise<Rebuilt & { readonly damagedFile: string }> {
  const folder = dirname(file);
  requireSpace(file, folder);
  const building = join(folder, BUILDING);
  removeDatabase(building);
  migrate(building);
  const db = openWriter(building);
  let counts: { messages: number; uncertain: number };
  try {
    await salvage(file, db);
    counts = settle(db, at);
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
  const faults = quickCheck(building);
  if (faults.length > 0) {
    throw new GatewayError('rebuild-failed', `the rebuilt database is not whole: ${faults[0]}`, {
      retry: 'later',
    });
  }
  // Read-only connections leave them behind, empty.
  for (const suffix of ['-wal', '-shm']) {
    rmSync(building + suffix, { force: true });
  }
  const iso = new Date(at.atMs).toISOString();
  const rebuilt = {
    at: iso,
    bootId: at.bootId,
    damagedFile: `pisang-damaged-${iso.replaceAll(/[-:]|\.\d+/g, '')}.db`,
    finding: finding.slice(0, 500),
    ...counts,
  };
  record(folder, rebuilt);
  sync(building);
  // From here on the new one counts.
  renameSync(building, join(folder, BUILT));
  sync(folder);
  finishRebuild(file);
  return rebuilt;
}

/**
 * Where the file itself is gone with what the card lost there is nothing to rebuild, but it is told in
 * the same way. To be called before a new database is made, so that a cut between the two loses no word.
 */
export function recordLoss(
  file: string,
  finding: string,
  { atMs, bootId }: Pick<Moment, 'atMs' | 'bootId'>,
): void {
  const at = new Date(atMs).toISOString();
  record(dirname(file), { at, bootId, damagedFile: null, finding, messages: 0, uncertain: 0 });
}

/** Ends a rebuild that was cut after the new database was whole; does nothing where there is none. */
export function finishRebuild(file: string): void {
  const folder = dirname(file);
  const built = join(folder, BUILT);
  if (!existsSync(built)) {
    return;
  }
  const damaged = join(folder, readRebuilt(folder)?.damagedFile ?? 'pisang-damaged.db');
  // The WAL first: beside the new database it would be taken for its own.
  for (const suffix of ['-wal', '']) {
    if (existsSync(file + suffix)) {
      renameSync(file + suffix, damaged + suffix);
    }
  }
  rmSync(`${file}-shm`, { force: true });
  renameSync(built, file);
  sync(folder);
  // Not by date alone: the clock may have gone back since the others were kept.
  const old = readdirSync(folder)
    .filter((name) => /^pisang-damaged.*\.db$/.test(name) && name !== basename(damaged))
    .sort()
    .slice(0, 1 - KEPT);
  for (const name of old) {
    removeDatabase(join(folder, name));
  }
}

/** What the last rebuild wrote down; null where there was none. */
export function readRebuilt(folder: string): Rebuilt | null {
  try {
    const { at, bootId, damagedFile, finding, messages, uncertain } = JSON.parse(
      readFileSync(join(folder, RECORD), 'utf8'),
    ) as Partial<Rebuilt>;
    return typeof at === 'string' && damagedFile !== undefined && typeof messages === 'number'
      ? {
          at,
          bootId: bootId ?? null,
          damagedFile: damagedFile === null ? null : basename(damagedFile),
          finding: String(finding),
          messages,
          uncertain: Number(uncertain),
        }
      : null;
  } catch {
    return null;
  }
}

function record(folder: string, rebuilt: Rebuilt): void {
  const text = `${JSON.stringify(rebuilt)}\n`;
  writeFileSync(join(folder, RECORD), text, { flush: true, mode: 0o640 });
}

function requireSpace(file: string, folder: string): void {
  const needed = statSync(file).size + SPARE_BYTES;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < needed) {
    throw new GatewayError(
      'storage-full',
      `the damaged database ${file} can only be rebuilt with ${Math.ceil(needed / 1024 ** 2)} MiB free; delete something in ${folder}, then run: pisang migrate`,
      { retry: 'later' },
    );
  }
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(file + suffix, { force: true });
  }
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
