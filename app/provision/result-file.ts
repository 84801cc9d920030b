import { type Disk, replaceFile } from './disk.ts';
import { faultOf } from './faults.ts';
import { FILE_LIMIT_BYTES } from './read-text.ts';
import { TAKEN_LINE } from './settings-plan.ts';

interface Places {
  readonly disk: Disk;
  /** Where the FAT partition is mounted, writable. */
  readonly folder: string;
}

const RESULT = 'RESULT.txt';
const TITLE = 'pisang: what became of the files on this card';
const THIS_START = '--- since the last start ---';

/** What `RESULT.txt` said about the settings, with the keys that were made: it is told on. */
export function settingsBefore({ disk, folder }: Places): readonly string[] | null {
  const [title, ...rest] = (disk.read(`${folder}/${RESULT}`, FILE_LIMIT_BYTES) ?? '')
    .toString()
    .split('\r\n');
  const end = rest.indexOf(THIS_START);
  const lines = rest.slice(0, end).filter((line) => line !== '');
  return title === TITLE && end > 0 && lines[0]?.startsWith(TAKEN_LINE) === true ? lines : null;
}

export function writeResult(
  { disk, folder }: Places,
  settings: readonly string[],
  start: readonly string[],
): void {
  const text = [TITLE, '', ...settings, '', THIS_START, ...start, ''].join('\r\n');
  if (disk.read(`${folder}/${RESULT}`)?.toString() !== text) {
    replaceFile(disk, `${folder}/${RESULT}`, text, 0o644);
  }
}

/** Nothing when `RESULT.txt` was written; else what the screen says of it. */
export function resultFault(
  places: Places,
  settings: readonly string[],
  start: readonly string[],
): readonly string[] {
  const fault = faultOf(() => writeResult(places, settings, start));
  return fault === null
    ? []
    : [
        `RESULT.txt could not be written: ${fault}`,
        '  Remove other files from PISANG, or use another card.',
      ];
}
