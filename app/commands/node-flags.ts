/** Processes that `run` starts, and that systemd starts on the appliance. */
export type ProcessName = 'api' | 'modem' | 'simulate-modem' | 'migrate' | 'key';

/** What Node is started with: the one place for heap limits. Measured in docs/decisions. */
export const NODE_FLAGS: Readonly<Record<ProcessName, readonly string[]>> = {
  api: ['--max-semi-space-size=8'],
  modem: ['--max-semi-space-size=1'],
  'simulate-modem': ['--max-semi-space-size=1'],
  migrate: [],
  key: [],
};
