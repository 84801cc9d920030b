import { editDistance } from '../domain/nearest.ts';

/** The known name nearest to a wrong one, ignoring case; the earlier one of equals. */
export function nearest(
  wrong: string,
  known: readonly string[],
): { readonly name: string; readonly distance: number } | null {
  let best: { name: string; distance: number } | null = null;
  for (const name of known) {
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (best === null || distance < best.distance) {
      best = { name, distance };
    }
  }
  return best;
}
