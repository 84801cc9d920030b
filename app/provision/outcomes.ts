import { GatewayError } from '../domain/gateway-error.ts';
import { complaintLines } from './complaint-lines.ts';
import { reasonOf } from './faults.ts';
import { type PasswordPlaces, takePassword } from './take-password.ts';
import { type TakeDeps, takeSettings } from './take-settings.ts';

const AGAIN = '  It is tried again at each start.';
const NO_FILE = [
  'There is no pisang.json. What was set before holds, else the defaults: DHCP, http://pisang.local.',
];

/** What became of a file of the card, and the lines that tell it. */
export interface Outcome {
  readonly lines: readonly string[];
  readonly word: string;
  readonly failed: boolean;
}

export function passwordOutcome(places: PasswordPlaces): Outcome {
  try {
    const password = takePassword(places);
    switch (password.kind) {
      case 'none':
        return { lines: [], word: 'none', failed: false };
      case 'taken':
        return {
          lines: ['password.txt was taken and overwritten.'],
          word: 'taken',
          failed: false,
        };
      case 'refused':
        return {
          lines: complaintLines('password.txt', [password.complaint]),
          word: 'refused',
          failed: true,
        };
    }
  } catch (error) {
    return {
      lines: ['password.txt could not be taken or overwritten:', `  ${reasonOf(error)}`, AGAIN],
      word: `failed (${reasonOf(error)})`,
      failed: true,
    };
  }
}

export async function settingsOutcome(
  deps: TakeDeps,
  before: readonly string[] | null,
  tell: (lines: readonly string[]) => void,
): Promise<Outcome> {
  try {
    const taken = await takeSettings(deps, tell);
    switch (taken.kind) {
      case 'taken':
        return {
          lines: taken.lines,
          word: taken.isWhole ? 'taken' : 'taken, without the secrets that this box does not have',
          failed: !taken.isWhole,
        };
      case 'refused':
        return {
          lines: [
            'pisang.json was NOT taken; what held before holds on.',
            ...complaintLines('pisang.json', taken.complaints),
            ...earlierLines(taken.earlier),
          ],
          word: 'refused',
          failed: true,
        };
      case 'unchanged':
        return {
          lines: [
            // First, so that it is not told on as a part of what was told before.
            ...earlierLines(taken.earlier),
            ...(before ?? ['pisang.json was taken at an earlier start.']),
          ],
          word: 'unchanged',
          failed: taken.earlier !== null,
        };
      case 'none':
        return { lines: NO_FILE, word: 'none', failed: false };
    }
  } catch (error) {
    // A step that fails, unlike a cut, is told; the plan is carried out at the next start.
    const reason = reasonOf(error);
    return {
      lines: [
        'pisang.json was read, but not all of it could be put in force:',
        `  ${reason}`,
        AGAIN,
      ],
      word: `failed (${error instanceof GatewayError ? error.code : reason})`,
      failed: true,
    };
  }
}

function earlierLines(reason: string | null): readonly string[] {
  return reason === null
    ? []
    : ['An earlier pisang.json could not be put in force wholly:', `  ${reason}`, AGAIN];
}
