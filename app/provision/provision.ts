import type { Clock } from '../domain/clock.ts';
import { replaceFile } from '../domain/disk.ts';
import type { Random } from '../domain/random.ts';
import type { Complaint } from './check-settings.ts';
import { makeClaimCode } from './claim-code.ts';
import { complaintLines } from './complaint-lines.ts';
import { faultOf } from './faults.ts';
import { type Outcome, passwordOutcome, settingsOutcome } from './outcomes.ts';
import { readText } from './read-text.ts';
import { resultFault, settingsBefore, writeResult } from './result-file.ts';
import { hasPassword } from './take-password.ts';
import { type TakeDeps, wasTaken } from './take-settings.ts';
import { wrongNames } from './wrong-names.ts';

export interface ProvisionDeps extends TakeDeps {
  /** Everything on it is erased by a factory reset. `dataDir` and `boxDir` lie on it. */
  readonly dataRoot: string;
  readonly runDir: string;
  readonly random: Random;
  readonly clock: Pick<Clock, 'nowMs' | 'trusted'>;
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

const RESET_WORDS = 'erase everything';
const RESET_DONE = '(done)';
/** On the data partition; the box itself was asked. */
const RESET_MARK = 'factory-reset';
const NOT_ASKED: Complaint = {
  pointer: '',
  sentence: 'nothing was erased, since the file does not hold the words',
  remedy: `Write "${RESET_WORDS}" as its only line to erase all messages, keys and settings.`,
};

const NOT_ERASED: Complaint = {
  pointer: '',
  sentence: 'nothing was erased, since the card cannot be written',
  remedy: 'Use another card, or ask the box itself: pisang factory-reset --yes.',
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
  const password = passwordOutcome(deps);
  const misnamed = wrongNames(disk, deps.folder);
  const fixed = [
    ...misnamed.flatMap(({ name, complaint }) => complaintLines(name, [complaint])),
    ...password.lines,
    ...(reset === 'none' ? [] : complaintLines('factory-reset.txt', [reset])),
    ...claimLines(deps),
  ];
  const start = (): readonly string[] => [...fixed, ...deps.facts()];
  const show = (): void =>
    replaceFile(disk, `${runDir}/console.txt`, `${start().join('\n')}\n`, 0o600);
  show();
  const before = settingsBefore(deps);
  let settings: Outcome;
  try {
    settings = await settingsOutcome(deps, before, (lines) => writeResult(deps, lines, start()));
  } finally {
    // A cut before this is made good at the next start, so it is not for what is taken now alone.
    await deps.apply();
  }
  const untold = resultFault(deps, settings.lines, start());
  fixed.push(...untold);
  show();
  return {
    failed:
      settings.failed ||
      password.failed ||
      reset !== 'none' ||
      misnamed.length > 0 ||
      untold.length > 0,
    rebootWanted: false,
    log: [
      `pisang.json: ${settings.word}`,
      `password.txt: ${password.word}`,
      ...misnamed.map(({ name }) => `${name}: not taken, wrong name`),
      ...untold,
    ],
  };
}

/**
 * Erases the data partition when the card says so in words, or a mark on the partition itself that
 * goes last. The card's file is blanked afterwards.
 */
function factoryReset(deps: ProvisionDeps): 'none' | 'done' | Complaint {
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
      return NOT_ASKED;
    }
    // Cut while it was blanked, after everything else.
    blank();
    return 'none';
  }
  if (!marked && found !== null) {
    // What can not be blanked afterwards would erase the box again at each start.
    const fault = faultOf(() => disk.overwrite(file, found));
    if (fault !== null) {
      return { ...NOT_ERASED, sentence: `${NOT_ERASED.sentence} (${fault})` };
    }
  }
  // Settings that were taken before are erased with the rest; a new file beside this one stays.
  faultOf(() => (wasTaken(deps) ? disk.remove(`${folder}/pisang.json`) : undefined));
  disk.empty(dataRoot, RESET_MARK);
  resultFault(deps, ['Everything was erased, as it was asked for.'], []);
  faultOf(blank);
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
