import { isHighSurrogate, isLowSurrogate } from './ucs2.ts';

/**
 * Where to cut a UTF-16 text at or before `wanted`, after `start`. Never inside a surrogate pair;
 * with `keepClusters` also not inside what a reader sees as one character (a subset of UAX #29: marks,
 * joiners, skin tones, flags). Rules of our own and not `Intl.Segmenter`, whose cuts move with the
 * Unicode version: a Node update between two parts of one message must not move them.
 */
export function firstSafeCut(
  text: string,
  start: number,
  wanted: number,
  keepClusters: boolean,
): number {
  const pairSafe =
    isLowSurrogate(text.charCodeAt(wanted)) && isHighSurrogate(text.charCodeAt(wanted - 1))
      ? wanted - 1
      : wanted;
  if (!keepClusters) return pairSafe;
  for (let cut = pairSafe; cut > start; cut = previousCharacter(text, cut)) {
    if (!joins(text, start, cut)) return cut;
  }
  return pairSafe;
}

const MARK = /^\p{M}$/u;
const NON_JOINER = 0x200c;
const JOINER = 0x200d;

/** Whether the characters on both sides of `cut` belong together. */
function joins(text: string, start: number, cut: number): boolean {
  const after = text.codePointAt(cut) ?? 0;
  const before = text.codePointAt(previousCharacter(text, cut)) ?? 0;
  if (before === JOINER) return true;
  if (before === 0x0d && after === 0x0a) return true;
  if (isRegional(after) && isRegional(before)) return regionalsBefore(text, start, cut) % 2 === 1;
  return after >= 0x300 && extendsCharacter(after);
}

/** Marks (variation selectors are such), joiners, skin tones, and the tags of regional flags. */
function extendsCharacter(codePoint: number): boolean {
  return (
    codePoint === NON_JOINER ||
    codePoint === JOINER ||
    (codePoint >= 0x1f3fb && codePoint <= 0x1f3ff) ||
    (codePoint >= 0xe0020 && codePoint <= 0xe007f) ||
    MARK.test(String.fromCodePoint(codePoint))
  );
}

/** Two of these make a flag. */
function isRegional(codePoint: number): boolean {
  return codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff;
}

function regionalsBefore(text: string, start: number, cut: number): number {
  let count = 0;
  for (let at = cut; at > start; count += 1) {
    at = previousCharacter(text, at);
    if (!isRegional(text.codePointAt(at) ?? 0)) break;
  }
  return count;
}

function previousCharacter(text: string, index: number): number {
  return isLowSurrogate(text.charCodeAt(index - 1)) && isHighSurrogate(text.charCodeAt(index - 2))
    ? index - 2
    : index - 1;
}
