/** Longer words are not compared: the caller may be an attacker, and the work grows with both. */
const LONGEST_WORD = 64;

/**
 * The known word that a misspelt one most likely meant, ignoring case, or null when nothing is near
 * (more than a third of the letters differ). Levenshtein distance; the earlier of equals wins. A word
 * cut short (`prio`) means the only one that begins so.
 */
export function nearestWord(wrong: string, known: readonly string[]): string | null {
  if (wrong.length > LONGEST_WORD) {
    return null;
  }
  const lowered = wrong.toLowerCase().replaceAll(/[-_]/g, '');
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(lowered.length / 3)) + 1;
  for (const word of known) {
    const distance = editDistance(lowered, word.toLowerCase());
    // With as many changes as letters, any short word would be near any other.
    if (distance < bestDistance && distance < Math.min(lowered.length, word.length)) {
      best = word;
      bestDistance = distance;
    }
  }
  return best ?? onlyBeginning(lowered, known);
}

const SHORTEST_BEGINNING = 3;

/** The one known word that begins with `lowered`; null when there is none or several do. */
export function onlyBeginning(lowered: string, known: readonly string[]): string | null {
  const longer =
    lowered.length < SHORTEST_BEGINNING
      ? []
      : known.filter((word) => word.toLowerCase().startsWith(lowered));
  return longer.length === 1 ? (longer[0] ?? null) : null;
}

/** Levenshtein distance: insertions, deletions and replacements from one word to the other. */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[to.length] ?? 0;
}
