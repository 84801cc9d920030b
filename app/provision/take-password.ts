import { type Disk, replaceFile } from '../domain/disk.ts';
import type { Random } from '../domain/random.ts';
import type { Complaint } from './check-settings.ts';
import { markOf, matches, type SecretMark } from './claim-code.ts';
import { readObject } from './read-object.ts';
import { readText } from './read-text.ts';
import { TAKEN } from './settings.ts';

const LEAST = 10;
const MOST = 128;
/** Octets of the blanking that the half of a shortest password holds; nobody's password begins with them. */
const BLANKED_LEAST = 4;

export interface PasswordPlaces {
  readonly folder: string;
  readonly dataDir: string;
  readonly boxDir: string;
  readonly disk: Disk;
  readonly random: Random;
  /** scrypt's N; tests lower it. */
  readonly passwordCost?: number;
}

export type TakenPassword =
  | { readonly kind: 'none' | 'taken' }
  | { readonly kind: 'refused'; readonly complaint: Complaint };

/**
 * Takes the first line of `password.txt` as the owner's password: its hash is committed, then the
 * file is overwritten. A note on the data partition tells a cut overwriting from a new password.
 */
export function takePassword(places: PasswordPlaces): TakenPassword {
  const { folder, dataDir, boxDir, disk, random } = places;
  const file = `${folder}/password.txt`;
  const note = `${boxDir}/password-taken`;
  const found = disk.read(file);
  if (found === null) {
    return { kind: 'none' };
  }
  const finish = (): TakenPassword => {
    disk.overwrite(file, Buffer.from(TAKEN.padEnd(found.length)));
    disk.remove(note);
    return { kind: 'taken' };
  };
  const text = readText(found)?.trim();
  const password = text?.split('\n')[0]?.trim() ?? '';
  if (disk.read(note)?.toString() === String(found.length)) {
    const stored: Partial<SecretMark> = readObject(disk, `${dataDir}/password.json`);
    const isHalfDone = found.toString('latin1').startsWith(TAKEN.slice(0, BLANKED_LEAST));
    // Otherwise the overwriting failed, and somebody has put another password of this length there since.
    if (isHalfDone || ('hash' in stored && matches(stored as SecretMark, password))) {
      return finish();
    }
  }
  if (text === TAKEN) {
    return { kind: 'none' };
  }
  if (password.length < LEAST || password.length > MOST) {
    return {
      kind: 'refused',
      complaint: {
        pointer: '',
        sentence: `the password must have ${LEAST} to ${MOST} characters on the first line, but has ${password.length}`,
        remedy: 'Three or four words that do not belong together are easy to keep.',
      },
    };
  }
  replaceFile(
    disk,
    `${dataDir}/password.json`,
    `${JSON.stringify(markOf(password, random, places.passwordCost))}\n`,
    0o600,
  );
  replaceFile(disk, note, String(found.length), 0o600);
  return finish();
}

export function hasPassword({ disk, dataDir }: Pick<PasswordPlaces, 'disk' | 'dataDir'>): boolean {
  return disk.read(`${dataDir}/password.json`) !== null;
}
