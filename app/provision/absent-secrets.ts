import type { Disk } from '../domain/disk.ts';
import type { Complaint } from './check-settings.ts';
import { readObject } from './read-object.ts';
import { namesOfTaken, type Settings, TAKEN } from './settings.ts';

export interface SecretPlaces {
  readonly dataDir: string;
  readonly modemId: string;
  readonly disk: Disk;
  /** Names of the API keys in force; null where that can not be told. */
  readonly keyNames: () => Promise<readonly string[] | null>;
}

/** `(taken)` where nothing was: the file comes from another box, or this one has forgotten. */
export async function absentSecrets(
  { dataDir, modemId, disk, keyNames }: SecretPlaces,
  settings: Settings,
): Promise<readonly Complaint[]> {
  const found: Complaint[] = [];
  const pins = readObject(disk, `${dataDir}/pins.json`);
  if (settings.simPin === TAKEN && !Object.hasOwn(pins, modemId)) {
    found.push({
      pointer: '/simPin',
      sentence: `"${TAKEN}" stands for a PIN, but this box does not have it`,
      remedy: 'Write the PIN itself, or take the field out.',
    });
  }
  const names = namesOfTaken(settings);
  // A program of its own looks: only where it must.
  const stored = names.length === 0 ? [] : await keyNames();
  if (stored !== null && typeof settings.apiKeys === 'object') {
    settings.apiKeys.forEach(({ name, key }, index) => {
      if (key === TAKEN && !stored.includes(name)) {
        found.push({
          pointer: `/apiKeys/${index}/key`,
          sentence: `"${TAKEN}" stands for a key, but this box has no key "${name}"`,
          remedy: 'Write the key itself, or "make" for a new one.',
        });
      }
    });
  }
  return found;
}

/** The same settings without the fields that were complained of. */
export function withoutSecrets(settings: Settings, absent: readonly Complaint[]): Settings {
  const { simPin, apiKeys, ...rest } = settings;
  const gone = new Set(absent.map(({ pointer }) => pointer));
  const keys =
    typeof apiKeys === 'object'
      ? apiKeys.filter((_, index) => !gone.has(`/apiKeys/${index}/key`))
      : apiKeys;
  return {
    ...rest,
    ...(simPin === undefined || gone.has('/simPin') ? {} : { simPin }),
    ...(keys === undefined ? {} : { apiKeys: keys }),
  };
}
