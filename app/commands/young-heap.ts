import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's space for new objects at about `mostBytes()`. Its flag for that counts only on the command
 * line of node, and a process may be started without; the factor by which the space grows counts at any
 * time. Looks after each collection, because V8 gives the space back when idle and it must grow again.
 */
export function boundYoungHeap(mostBytes: () => number): void {
  let mayGrow = true;
  new PerformanceObserver(() => {
    if (youngHeapBytes() < mostBytes() !== mayGrow) {
      mayGrow = !mayGrow;
      setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
    }
  }).observe({ entryTypes: ['gc'] });
}

/** What the space for new objects holds now, in octets: both of its halves. */
export function youngHeapBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return space?.space_size ?? 0;
}
