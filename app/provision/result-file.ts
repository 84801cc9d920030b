import type { Clock } from '../domain/clock.ts';
import { type Disk, replaceFile } from '../domain/disk.ts';
import { faultOf } from './faults.ts';
import { FILE_LIMIT_BYTES } from './read-text.ts';
import { TAKEN_LINE } from './settings-plan.ts';

interface Places {
  readonly disk: Disk;
  /** Where the FAT partition is mounted, writable. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'nowMs' | 'trusted'>;
}

const RESULT = 'RESULT.txt';
const TITLE = 'pisang: what became of the files on this card';
const THIS_START = '--- since the last start ---';
const WRITTEN = 'Written: ';

/** What `RESULT.txt` said about the settings, with the keys that were made: it is told on. */
export function settingsBefore({ disk, folder }: Omit<Places, 'clock'>): readonly string[] | null {
  const [title, ...rest] = (disk.read(`${folder}/${RESULT}`, FILE_LIMIT_BYTES) ?? '')
    .toString()
    .split('\r\n');
  const end = rest.indexOf(THIS_START);
  const lines = rest.slice(0, end).filter((line) => line !== '');
  return title === TITLE && end > 0 && lines[0]?.startsWith(TAKEN_LINE) === true ? lines : null;
}

export function writeResult(
  { disk, folder, clock }: Places,
  settings: readonly string[],
  start: readonly string[],
): void {
  const lines = [TITLE, '', ...settings, '', THIS_START, ...start];
  const before = (disk.read(`${folder}/${RESULT}`) ?? '').toString().split('\r\n');
  // A later time alone is nothing new, and the card is to be left alone then.
  const timeless = before.filter((line) => !line.startsWith(WRITTEN));
  if (timeless.join('\r\n') !== [...lines, ''].join('\r\n')) {
    const text = [...lines, writtenLine(clock), ''].join('\r\n');
    replaceFile(disk, `${folder}/${RESULT}`, text, 0o644);
  }
}

/** The board has no clock that runs on without power. */
function writtenLine(clock: Places['clock']): string {
  const [day = '', time = ''] = new Date(clock.nowMs()).toISOString().split('T');
  const note = clock.trusted() ? '' : ' (the clock was not set yet and may be behind)';
  return `${WRITTEN}${day} ${time.slice(0, 5)} UTC${note}`;
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
