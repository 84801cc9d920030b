import type { TextEncoding } from './dcs.ts';
import type { UserDataHeader } from './udh.ts';
import { textOfUserData } from './user-data.ts';

/** What a decoded part needs to bring along; `DecodedDeliver` and `DecodedSubmit` have it all. */
export interface JoinablePart {
  readonly encoding: TextEncoding;
  readonly damaged: boolean;
  readonly header: UserDataHeader | null;
  readonly userData: Uint8Array;
}

export interface JoinedText {
  readonly text: string;
  /** That of the parts, or `ucs2` when they differ in alphabet. */
  readonly encoding: TextEncoding;
  readonly lossy: boolean;
}

/**
 * The text of a long SMS from its parts in their order. Neighbours of the same alphabet are joined
 * before they are decoded: several phones cut between the halves of a surrogate pair, or between
 * escape and character. `gap` stands for each part that is missing (null); it is not `lossy`.
 */
export function joinParts(parts: readonly (JoinablePart | null)[], gap = ''): JoinedText {
  const runs: (JoinablePart[] | null)[] = [];
  for (const part of parts) {
    const run = runs.at(-1);
    const first = run?.[0];
    if (part === null) runs.push(null);
    else if (first !== undefined && readsAlike(first, part)) run?.push(part);
    else runs.push([part]);
  }
  const texts = runs.map((run) => (run === null ? { text: gap, lossy: false } : textOfRun(run)));
  const encodings = new Set(parts.flatMap((part) => (part === null ? [] : [part.encoding])));
  const [only = 'gsm7'] = encodings;
  return {
    text: texts.map(({ text }) => text).join(''),
    encoding: encodings.size > 1 ? 'ucs2' : only,
    lossy: texts.some(({ lossy }) => lossy),
  };
}

function readsAlike(a: JoinablePart, b: JoinablePart): boolean {
  return (
    a.encoding === b.encoding &&
    (a.header?.lockingShift ?? 0) === (b.header?.lockingShift ?? 0) &&
    (a.header?.singleShift ?? 0) === (b.header?.singleShift ?? 0)
  );
}

function textOfRun(run: readonly JoinablePart[]): { text: string; lossy: boolean } {
  const [first] = run;
  if (first === undefined) return { text: '', lossy: false };
  // Half a code unit at the end of a damaged part must not shift all that follows.
  const whole = run.map(({ encoding, userData }) =>
    encoding === 'ucs2' ? userData.subarray(0, userData.length & ~1) : userData,
  );
  const userData = new Uint8Array(Buffer.concat(whole));
  const { text, lossy } = textOfUserData(userData, first.encoding, first.header);
  const mended = whole.every((part, index) => part.length === run[index]?.userData.length);
  return { text, lossy: lossy || !mended || run.some(({ damaged }) => damaged) };
}
