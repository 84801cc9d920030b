import { readFileSync } from 'node:fs';

/** Files, database, pipes and the connections beyond the limit need descriptors too. */
const OTHER_DESCRIPTORS = 256;
/**
 * 10,000 callers and those whose last connection is not seen as closed yet (docs/capacity.md). About 10 KB each on a
 * board; many more idle connections would take the memory of a small one.
 */
const MOST_CONNECTIONS = 12_000;
const UNKNOWN_DESCRIPTORS = 1_024;

/** `http.maxConnections` as a number: `auto` is what the process's descriptors allow. */
export function connectionLimit(
  configured: number | 'auto',
  readLimits: () => string = () => readFileSync('/proc/self/limits', 'latin1'),
): number {
  if (configured !== 'auto') {
    return configured;
  }
  let descriptors = UNKNOWN_DESCRIPTORS;
  try {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(readLimits())?.[1];
    descriptors = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft ?? descriptors);
  } catch {
    // No /proc: the smallest limit that systems commonly set.
  }
  return Math.max(64, Math.min(MOST_CONNECTIONS, descriptors - OTHER_DESCRIPTORS));
}
