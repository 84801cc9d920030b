import type { Disk } from '../domain/disk.ts';
import type { Complaint } from './check-settings.ts';

/** Windows hides the last part of a name, so that people and editors add it once more. FAT knows no case. */
const MEANT: Readonly<Record<string, string>> = {
  'pisang.json.txt': 'pisang.json',
  'pisang.json.json': 'pisang.json',
  'password.txt.txt': 'password.txt',
  'factory-reset.txt.txt': 'factory-reset.txt',
};

/** Files of the card that nobody takes, since their names are not quite ours: name, and what to do. */
export function wrongNames(
  disk: Pick<Disk, 'read'>,
  folder: string,
): readonly { readonly name: string; readonly complaint: Complaint }[] {
  const isThere = (name: string): boolean => disk.read(`${folder}/${name}`, 0) !== null;
  return Object.entries(MEANT)
    .filter(([name]) => isThere(name))
    .map(([name, meant]) => ({
      name,
      complaint: {
        pointer: '',
        sentence: `it was NOT taken, for it would have to be named ${meant}`,
        remedy: isThere(meant)
          ? `There is a ${meant} as well: remove the one that you do not want, and name the other ${meant}. Windows hides the last part of names unless told to show it.`
          : `Rename it to ${meant}; Windows hides the last part of names unless told to show it.`,
      },
    }));
}
