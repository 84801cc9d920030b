/** The processes whose memory matters: a board has 1 GB, and they run for months. */
export type ProcessName = 'api' | 'modem' | 'simulate-modem';

/**
 * V8's settings for each long-lived process: the one place for heap limits, used by `cli.ts` however
 * a process was started. What each one brings is measured in docs/decisions.
 */
export const V8_FLAGS: Readonly<Record<ProcessName, readonly string[]>> = {
  api: ['--optimize-for-size'],
  modem: ['--optimize-for-size', '--semi-space-growth-factor=1'],
  'simulate-modem': ['--semi-space-growth-factor=1'],
};

export function isProcessName(word: string): word is ProcessName {
  return Object.hasOwn(V8_FLAGS, word);
}
