import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAT_START, SLOT_SECTORS, SLOT_START } from './built-image.ts';

/** Sectors at which the parts of an image begin, as in image/pins.sh; each ends where the next begins. */
const PARTS: readonly (readonly [string, number])[] = [
  ['partition table', 0],
  ['SPL and U-Boot', 16],
  ['slot state', 6144],
  ['PISANG', FAT_START],
  ['slot A', SLOT_START],
  ['slot B', SLOT_START + SLOT_SECTORS],
  ['data', SLOT_START + 2 * SLOT_SECTORS],
];

/** The parts in which two images differ; of slot A also the files, or that only the file system's own blocks do. */
export function differingParts(one: string, other: string): string[] {
  const names = PARTS.filter(([, start], index) => {
    const end = PARTS[index + 1]?.[1];
    const length = end === undefined ? [] : ['-n', String((end - start) * 512)];
    const skip = ['-i', String(start * 512)];
    return spawnSync('cmp', ['-s', ...skip, ...length, one, other]).status !== 0;
  }).map(([name]) => name);
  return names.includes('slot A') ? [...names, ...differingFiles(one, other)] : names;
}

function differingFiles(one: string, other: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-differing-'));
  try {
    for (const [name, image] of [
      ['one', one],
      ['other', other],
    ] as const) {
      const to = join(folder, name);
      execFileSync('mkdir', [to]);
      const slot = `${image}?offset=${SLOT_START * 512}`;
      execFileSync('/usr/sbin/debugfs', ['-R', `rdump / ${to}`, slot], { stdio: 'ignore' });
    }
    const { stdout } = spawnSync('diff', ['-rq', '--no-dereference', 'one', 'other'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.length > 0 ? lines : ['all files are the same: times, owners or order differ'];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
