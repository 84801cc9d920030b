import { totalmem } from 'node:os';

/** The processes whose memory matters: a board has 1 GB, and they run for months. */
export type ProcessName = 'api' | 'modem' | 'simulate-modem';

/** Bound of V8's space for new objects in the API: so much, and so much more for each open connection. */
export interface YoungHeapBound {
  readonly bytes: number;
  readonly bytesPerConnection: number;
}

export interface HeapPlan {
  /** V8's flags of each process, set before anything else is loaded. */
  readonly flags: Readonly<Record<ProcessName, readonly string[]>>;
  readonly apiYoungHeap: YoungHeapBound;
}

/**
 * V8's settings for each long-lived process: the one place for heap limits, used by `cli.ts` however
 * a process was started. What each one brings is measured in docs/decisions.
 */
const SMALL: HeapPlan = {
  flags: {
    api: ['--optimize-for-size'],
    modem: ['--optimize-for-size', '--semi-space-growth-factor=1'],
    'simulate-modem': ['--semi-space-growth-factor=1'],
  },
  apiYoungHeap: { bytes: 2_000_000, bytesPerConnection: 8_192 },
};

/**
 * With memory to spare the API's heap may hold what the requests in flight need, so that it is
 * garbage before V8 copies it: at 1,000 connections that doubles what is accepted.
 */
const ROOMY: HeapPlan = {
  flags: { ...SMALL.flags, api: [] },
  apiYoungHeap: { bytes: 4_000_000, bytesPerConnection: 65_536 },
};

/** From here a machine, or the share of it that systemd or a container grants, has memory to spare. */
const ROOMY_FROM_BYTES = 3 * 1024 ** 3;

export function heapPlan(environment: NodeJS.ProcessEnv): HeapPlan {
  return memoryBytes(environment) >= ROOMY_FROM_BYTES ? ROOMY : SMALL;
}

export function isProcessName(word: string): word is ProcessName {
  return Object.hasOwn(SMALL.flags, word);
}

/** `PISANG_TEST_MEMORY_BYTES` stands for a smaller machine in the footprint benchmark. */
function memoryBytes(environment: NodeJS.ProcessEnv): number {
  const tested =
    environment['PISANG_TEST_HOOKS'] === '1' && environment['PISANG_TEST_MEMORY_BYTES'];
  return tested ? Number(tested) : Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
