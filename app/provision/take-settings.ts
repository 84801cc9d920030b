import { createHash } from 'node:crypto';
import { replaceFile } from '../domain/disk.ts';
import { absentSecrets, type SecretPlaces, withoutSecrets } from './absent-secrets.ts';
import { type Complaint, checkSettings } from './check-settings.ts';
import { complaintLines } from './complaint-lines.ts';
import { reasonOf } from './faults.ts';
import { FILE_LIMIT_BYTES, readText } from './read-text.ts';
import { type KeyRow, type PlanDeps, planSettings, type SettingsPlan } from './settings-plan.ts';

export interface TakeDeps extends PlanDeps, SecretPlaces {
  /** Where the FAT partition is mounted, writable. */
  readonly folder: string;
  /** Stores them; may be repeated. */
  readonly addKeys: (rows: readonly KeyRow[]) => Promise<void>;
}

/** What became of `pisang.json`. */
export type Taken =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'taken';
      readonly lines: readonly string[];
      /** False when `(taken)` stood for secrets that this box does not have. */
      readonly isWhole: boolean;
    }
  | ({ readonly kind: 'unchanged' } & Earlier)
  | ({ readonly kind: 'refused'; readonly complaints: readonly Complaint[] } & Earlier);

interface Earlier {
  /** Why a file that was taken before this one is not in force wholly; it is tried again. */
  readonly earlier: string | null;
}

const NO_TEXT: Complaint = {
  pointer: '',
  sentence: 'the file is no text, or larger than 64 KiB',
  remedy: 'Save it as plain text (UTF-8) with an editor such as Notepad.',
};

/** What `pisang.json` holds that was taken and overwritten: its SHA-256. */
const TAKEN_FILE = 'provisioned';
const PLAN_FILE = 'provision-plan.json';

/**
 * Takes `pisang.json`, or goes on where an earlier try was cut. `tell` puts the outcome on the card;
 * it runs before the file is overwritten, so that a made key is never lost between the two.
 */
export async function takeSettings(
  deps: TakeDeps,
  tell: (lines: readonly string[]) => void,
): Promise<Taken> {
  const unfinished = readPlan(deps);
  if (unfinished === null) {
    return takeFile(deps, tell, null);
  }
  const found = deps.disk.read(`${deps.folder}/pisang.json`, FILE_LIMIT_BYTES);
  const ours =
    found !== null && isBetween(found, decode(unfinished.source), decode(unfinished.redacted));
  const another = found !== null && !ours;
  try {
    await carryOut(deps, unfinished, tell, ours);
  } catch (error) {
    if (!another) {
      throw error;
    }
    // The file that is there now may be the remedy.
    return takeFile(deps, tell, reasonOf(error));
  }
  return another
    ? takeFile(deps, tell, null)
    : { kind: 'taken', lines: unfinished.lines, isWhole: true };
}

/** `earlier`: why an unfinished plan stays so; it is given up for a file that is good. */
async function takeFile(
  deps: TakeDeps,
  tell: (lines: readonly string[]) => void,
  earlier: string | null,
): Promise<Taken> {
  const { disk, folder, boxDir } = deps;
  const file = `${folder}/pisang.json`;
  const found = disk.read(file, FILE_LIMIT_BYTES);
  if (found === null) {
    return { kind: 'none' };
  }
  if (disk.read(`${boxDir}/${TAKEN_FILE}`)?.toString().trim() === hashOf(found)) {
    return { kind: 'unchanged', earlier };
  }
  const text = readText(found);
  if (text === null) {
    return { kind: 'refused', complaints: [NO_TEXT], earlier };
  }
  const checked = checkSettings(text);
  if (!checked.ok) {
    return { kind: 'refused', complaints: checked.complaints, earlier };
  }
  const { settings } = checked;
  const absent = await absentSecrets(deps, settings);
  // A box that lost its data, card fault or not, is at least found again under its name and address.
  const hasTaken = disk.read(`${boxDir}/${TAKEN_FILE}`) !== null;
  if (absent.length > 0 && hasTaken) {
    return { kind: 'refused', complaints: absent, earlier };
  }
  const planned = planSettings(deps, found, settings, withoutSecrets(settings, absent));
  const lines = [...planned.lines, ...missing(absent), ...givenUp(earlier)];
  const plan = { ...planned, lines };
  if (earlier !== null) {
    wipePlan(deps);
  }
  replaceFile(disk, `${boxDir}/${PLAN_FILE}`, JSON.stringify(plan), 0o600);
  await carryOut(deps, plan, tell, true);
  return { kind: 'taken', lines, isWhole: absent.length === 0 };
}

/** Whether the file on the card is the one that was taken and overwritten. */
export function wasTaken(deps: Pick<TakeDeps, 'disk' | 'folder' | 'boxDir'>): boolean {
  const found = deps.disk.read(`${deps.folder}/pisang.json`, FILE_LIMIT_BYTES);
  const taken = deps.disk.read(`${deps.boxDir}/${TAKEN_FILE}`)?.toString().trim();
  return found !== null && taken === hashOf(found);
}

async function carryOut(
  deps: TakeDeps,
  plan: SettingsPlan,
  tell: (lines: readonly string[]) => void,
  overwrite: boolean,
): Promise<void> {
  const { disk, folder, boxDir } = deps;
  for (const { path, mode, text } of plan.outputs) {
    if (text === null) {
      disk.remove(path);
    } else {
      replaceFile(disk, path, text, mode);
    }
  }
  if (plan.keys.length > 0) {
    await deps.addKeys(plan.keys);
  }
  const redacted = decode(plan.redacted);
  if (overwrite) {
    tell(plan.lines);
    disk.overwrite(`${folder}/pisang.json`, redacted);
  }
  replaceFile(disk, `${boxDir}/${TAKEN_FILE}`, `${hashOf(redacted)}\n`, 0o600);
  wipePlan(deps);
}

/** It held keys and PIN: its blocks are not left as they are. */
function wipePlan({ disk, boxDir }: TakeDeps): void {
  const path = `${boxDir}/${PLAN_FILE}`;
  disk.overwrite(path, Buffer.alloc(disk.read(path)?.length ?? 0));
  disk.remove(path);
}

function readPlan(deps: TakeDeps): SettingsPlan | null {
  const data = deps.disk.read(`${deps.boxDir}/${PLAN_FILE}`);
  if (data === null) {
    return null;
  }
  try {
    return JSON.parse(data.toString()) as SettingsPlan;
  } catch {
    // Cut while it was wiped: all of it had been carried out.
    wipePlan(deps);
    return null;
  }
}

function missing(absent: readonly Complaint[]): readonly string[] {
  return absent.length === 0
    ? []
    : ['Secrets that are missing on this box:', ...complaintLines('pisang.json', absent)];
}

function givenUp(earlier: string | null): readonly string[] {
  return earlier === null
    ? []
    : [
        'An earlier pisang.json could not be put in force wholly, and was given up for this one:',
        `  ${earlier}`,
        '  Keys and settings that only the earlier one had may be missing; write them anew.',
      ];
}

/** Whether every octet is of one file or the other: an overwriting that was cut. */
function isBetween(found: Buffer, source: Buffer, redacted: Buffer): boolean {
  return (
    found.length >= Math.min(source.length, redacted.length) &&
    found.length <= Math.max(source.length, redacted.length) &&
    found.every((octet, index) => octet === source[index] || octet === redacted[index])
  );
}

function decode(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

function hashOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
