import type { TextEncoding } from './dcs.ts';
import type { UserDataHeader } from './udh.ts';
import { textOfUserData } from './user-data.ts';

/** What a decoded part needs to bring along; `DecodedDeliver` and `DecodedSubmit` have it all. */
export interface JoinablePart {
  readonly encoding: TextEncoding;
  readonly lossy: boolean;
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
 * escape and character. Parts that are missing are simply left out.
 */
export function joinParts(parts: readonly JoinablePart[]): JoinedText {
  const runs: JoinablePart[][] = [];
  for (const part of parts) {
    const run = runs.at(-1);
    const first = run?.[0];
    if (run !== undefined && first !== undefined && readsAlike(first, part)) run.push(part);
    else runs.push([part]);
  }
  const texts = runs.map(textOfRun);
  const encodings = new Set(parts.map((part) => part.encoding));
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
  const userData = new Uint8Array(Buffer.concat(run.map((part) => part.userData)));
  const joined = textOfUserData(userData, first.encoding, first.header);
  // In UCS2 a part alone may be lossy only because of the cut; what is left after joining counts.
  const cutOff = run.some(
    (part) => part.lossy && !textOfUserData(part.userData, part.encoding, part.header).lossy,
  );
  return { text: joined.text, lossy: joined.lossy || cutOff };
}
