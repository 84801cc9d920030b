import { GatewayError } from '../domain/gateway-error.ts';
import type { Random } from '../domain/random.ts';
import type { Complaint } from './check-settings.ts';
import { makeClaimCode } from './claim-code.ts';
import { replaceFile } from './disk.ts';
import { FILE_LIMIT_BYTES, readText } from './read-text.ts';
import { TAKEN_LINE } from './settings-plan.ts';
import { hasPassword, takePassword } from './take-password.ts';
import { type TakeDeps, takeSettings, wasTaken } from './take-settings.ts';

export interface ProvisionDeps extends TakeDeps {
  /** Everything on it is erased by a factory reset. `dataDir` and `boxDir` lie on it. */
  readonly dataRoot: string;
  readonly runDir: string;
  readonly random: Random;
  readonly passwordCost?: number;
  /** Puts in force what was taken, now or earlier, on which the facts may depend. Does not fail. */
  readonly apply: () => Promise<void>;
  /** Further lines for `RESULT.txt` and the console: the certificate's fingerprint, as it is now. */
  readonly facts: () => readonly string[];
}

export interface Provisioned {
  /** Something that was asked for was not done. */
  readonly failed: boolean;
  /** After a factory reset, before anything else is started. */
  readonly rebootWanted: boolean;
  /** What was told, for the log: no secrets. */
  readonly log: readonly string[];
}

const RESULT = 'RESULT.txt';
const TITLE = 'pisang: what became of the files on this card';
const THIS_START = '--- since the last start ---';
const RESET_WORDS = 'erase everything';
const RESET_DONE = '(done)';
/** On the data partition; the box itself was asked. */
const RESET_MARK = 'factory-reset';
const NO_FILE = [
  'There is no pisang.json. What was set before holds, else the defaults: DHCP, http://pisang.local.',
];
const NOT_ASKED: Complaint = {
  pointer: '',
  sentence: 'nothing was erased, since the file does not hold the words',
  remedy: `Write "${RESET_WORDS}" as its only line to erase all messages, keys and settings.`,
};

/** One run, at each boot, before API and modem worker. Repeats what a power cut left undone. */
export async function provision(deps: ProvisionDeps): Promise<Provisioned> {
  const { disk, boxDir, dataDir, runDir } = deps;
  const reset = factoryReset(deps);
  if (reset === 'done') {
    return { failed: false, rebootWanted: true, log: ['factory reset: everything was erased'] };
  }
  disk.makeFolder(boxDir, 0o755);
  disk.makeFolder(dataDir, 0o750);
  disk.makeFolder(runDir, 0o750);
  const password = takePassword(deps);
  const fixed = [
    ...(password.kind === 'taken' ? ['password.txt was taken and overwritten.'] : []),
    ...(password.kind === 'refused' ? complaintLines('password.txt', [password.complaint]) : []),
    ...(reset === 'unclear' ? complaintLines('factory-reset.txt', [NOT_ASKED]) : []),
    ...claimLines(deps),
  ];
  const start = (): readonly string[] => [...fixed, ...deps.facts()];
  const show = (): void =>
    replaceFile(disk, `${runDir}/console.txt`, `${start().join('\n')}\n`, 0o600);
  show();
  const before = settingsBefore(deps);
  const settings = await settingsOutcome(deps, before, start());
  // A cut before this is made good at the next start, so it is not for what is taken now alone.
  await deps.apply();
  show();
  writeResult(deps, settings.lines, start());
  return {
    failed: settings.failed || password.kind === 'refused' || reset === 'unclear',
    rebootWanted: false,
    log: [`pisang.json: ${settings.word}`, `password.txt: ${password.kind}`],
  };
}

async function settingsOutcome(
  deps: ProvisionDeps,
  before: readonly string[] | null,
  start: readonly string[],
): Promise<{ readonly lines: readonly string[]; readonly word: string; readonly failed: boolean }> {
  try {
    const taken = await takeSettings(deps, (lines) => writeResult(deps, lines, start));
    switch (taken.kind) {
      case 'taken':
        return { lines: taken.lines, word: 'taken', failed: false };
      case 'refused':
        return {
          lines: [
            'pisang.json was NOT taken; what held before holds on.',
            ...complaintLines('pisang.json', taken.complaints),
          ],
          word: 'refused',
          failed: true,
        };
      case 'unchanged':
        return {
          lines: before ?? ['pisang.json was taken at an earlier start.'],
          word: 'unchanged',
          failed: false,
        };
      case 'none':
        return { lines: NO_FILE, word: 'none', failed: false };
    }
  } catch (error) {
    // A step that fails, unlike a cut, is told; the plan is carried out at the next start.
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    return {
      lines: [
        'pisang.json was read, but not all of it could be put in force:',
        `  ${error.message}`,
        '  It is tried again at each start.',
      ],
      word: `failed (${error.code})`,
      failed: true,
    };
  }
}

/**
 * Erases the data partition when the card says so in words, or a mark on the partition itself that
 * goes last. The card's file is blanked afterwards.
 */
function factoryReset(deps: ProvisionDeps): 'none' | 'unclear' | 'done' {
  const { disk, folder, dataRoot } = deps;
  const file = `${folder}/factory-reset.txt`;
  const found = disk.read(file);
  const text = found === null ? '' : (readText(found)?.trim().toLowerCase() ?? '?');
  const blank = (): void => {
    if (found !== null && text !== RESET_DONE) {
      disk.overwrite(file, Buffer.from(RESET_DONE.padEnd(found.length)));
    }
  };
  const marked = disk.read(`${dataRoot}/${RESET_MARK}`)?.toString() === RESET_WORDS;
  if (text !== RESET_WORDS && !marked) {
    if (found === null || text === RESET_DONE) {
      return 'none';
    }
    if (!text.startsWith(RESET_DONE[0] ?? '')) {
      return 'unclear';
    }
    // Cut while it was blanked, after everything else.
    blank();
    return 'none';
  }
  // Settings that were taken before are erased with the rest; a new file beside this one stays.
  if (wasTaken(deps)) {
    disk.remove(`${folder}/pisang.json`);
  }
  disk.empty(dataRoot, RESET_MARK);
  writeResult(deps, ['Everything was erased, as it was asked for.'], []);
  blank();
  return 'done';
}

/** A new code each boot, until there is a password. */
function claimLines(deps: ProvisionDeps): readonly string[] {
  const { disk, runDir, random } = deps;
  if (hasPassword(deps)) {
    disk.remove(`${runDir}/claim.json`);
    return [];
  }
  const { shown, mark } = makeClaimCode(random);
  replaceFile(disk, `${runDir}/claim.json`, `${JSON.stringify(mark)}\n`, 0o600);
  return [
    `Claim code: ${shown}`,
    '  It makes the first person who logs in the owner. It works once, until the next start.',
  ];
}

function complaintLines(file: string, complaints: readonly Complaint[]): readonly string[] {
  return complaints.flatMap(({ pointer, sentence, remedy }) => [
    `  ${file}${pointer === '' ? '' : ` ${pointer}`}: ${sentence}.`,
    `    ${remedy}`,
  ]);
}

/** What `RESULT.txt` said about the settings, with the keys that were made: it is told on. */
function settingsBefore({ disk, folder }: ProvisionDeps): readonly string[] | null {
  const [title, ...rest] = (disk.read(`${folder}/${RESULT}`, FILE_LIMIT_BYTES) ?? '')
    .toString()
    .split('\r\n');
  const end = rest.indexOf(THIS_START);
  const lines = rest.slice(0, end).filter((line) => line !== '');
  return title === TITLE && end > 0 && lines[0]?.startsWith(TAKEN_LINE) === true ? lines : null;
}

function writeResult(
  { disk, folder }: ProvisionDeps,
  settings: readonly string[],
  start: readonly string[],
): void {
  const text = [TITLE, '', ...settings, '', THIS_START, ...start, ''].join('\r\n');
  if (disk.read(`${folder}/${RESULT}`)?.toString() !== text) {
    replaceFile(disk, `${folder}/${RESULT}`, text, 0o644);
  }
}
