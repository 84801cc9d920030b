import { totalmem } from 'node:os';

/** The processes whose memory matters: a board has 1 GB, and they run for months. */
export type ProcessName = 'api' | 'modem' | 'simulate-modem';

export interface HeapPlan {
  /** V8's flags, set before anything else is loaded. */
  readonly flags: readonly string[];
  /** Bound of V8's space for new objects: so much, and so much more for each open connection. */
  readonly youngBytes: number;
  readonly youngBytesPerConnection: number;
}

/**
 * V8's settings for each long-lived process: the one place for heap limits, used by `cli.ts` however
 * a process was started. What each one brings is measured in docs/decisions.
 */
const SMALL: Readonly<Record<ProcessName, HeapPlan>> = {
  api: { flags: ['--optimize-for-size'], youngBytes: 2_000_000, youngBytesPerConnection: 8_192 },
  modem: {
    flags: ['--optimize-for-size', '--semi-space-growth-factor=1'],
    youngBytes: 2_000_000,
    youngBytesPerConnection: 0,
  },
  'simulate-modem': {
    flags: ['--semi-space-growth-factor=1'],
    youngBytes: 2_000_000,
    youngBytesPerConnection: 0,
  },
};

/**
 * With memory to spare the API's heap may hold what the requests in flight need, so that it is
 * garbage before V8 copies it: at 1,000 connections that doubles what is accepted.
 */
const ROOMY: Readonly<Record<ProcessName, HeapPlan>> = {
  ...SMALL,
  api: { flags: [], youngBytes: 4_000_000, youngBytesPerConnection: 65_536 },
};

/** From here a machine, or the share of it that systemd or a container grants, has memory to spare. */
const ROOMY_FROM_BYTES = 3 * 1024 ** 3;

export function heapPlan(name: ProcessName, environment: NodeJS.ProcessEnv): HeapPlan {
  return (memoryBytes(environment) >= ROOMY_FROM_BYTES ? ROOMY : SMALL)[name];
}

export function isProcessName(word: string): word is ProcessName {
  return Object.hasOwn(SMALL, word);
}

/** `PISANG_TEST_MEMORY_BYTES` stands for a smaller machine in the footprint benchmark. */
function memoryBytes(environment: NodeJS.ProcessEnv): number {
  const tested =
    environment['PISANG_TEST_HOOKS'] === '1' && environment['PISANG_TEST_MEMORY_BYTES'];
  return tested ? Number(tested) : Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
