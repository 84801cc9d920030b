import type { Command } from './command.ts';

interface Entry {
  readonly summary: string;
  /** Loads the command's rooms, and only them. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command, in the order of `pisang --help`. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  send: { summary: 'send an SMS through the running API', load: () => import('./send.ts') },
  config: {
    summary: 'check or show the configuration, or print its reference',
    load: () => import('./config.ts'),
  },
  status: {
    summary: 'what the status page says; usable as a Nagios check',
    load: () => import('./status.ts'),
  },
};
