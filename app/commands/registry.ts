import type { Command } from './command.ts';

interface Entry {
  readonly summary: string;
  /** Loads the command's rooms, and only them. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Commands of the product that this version does not bring, and what to do instead. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  backup: 'copy dataDir while pisang is stopped',
  restore: 'put a copy of dataDir back while pisang is stopped',
  import: 'POST /v1/messages/batch takes up to 1,000 messages at once',
  export: 'GET /v1/messages lists what was sent',
  sample: 'pisang status shows the present figures',
  capacity: 'make bench measures what a machine can do',
};

/** Every command, in the order of `pisang --help`. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  run: {
    summary: 'API and modem worker under one supervisor, for a laptop or a container',
    load: () => import('./run.ts'),
  },
  api: { summary: 'the HTTP service alone', load: () => import('./api.ts') },
  modem: { summary: 'the modem worker alone', load: () => import('./modem.ts') },
  'simulate-modem': {
    summary: 'a simulated modem and network on a TCP port',
    load: () => import('./simulate-modem.ts'),
  },
  send: { summary: 'send an SMS through the running API', load: () => import('./send.ts') },
  key: { summary: 'API keys: add, list, revoke', load: () => import('./key.ts') },
  config: {
    summary: 'check or show the configuration, or print its reference',
    load: () => import('./config.ts'),
  },
  status: {
    summary: 'what the status page says; usable as a Nagios check',
    load: () => import('./status.ts'),
  },
  migrate: {
    summary: 'bring an existing database to this version',
    load: () => import('./migrate.ts'),
  },
  provision: {
    summary: 'take settings from the card (on the appliance, at boot)',
    load: () => import('./provision.ts'),
  },
  boxd: {
    summary: "root's work, for the services without rights (started by systemd)",
    load: () => import('./boxd.ts'),
  },
  update: {
    summary: 'install a signed update into the other slot, or show the slots (on the appliance)',
    load: () => import('./update.ts'),
  },
  'factory-reset': {
    summary: 'erase everything and restart (on the appliance)',
    load: () => import('./factory-reset.ts'),
  },
  box: {
    summary: "ask the box for root's work: reboot, power-off, provision, …",
    load: () => import('./box.ts'),
  },
  doctor: {
    summary: 'self-checks, and a redacted support bundle',
    load: () => import('./doctor.ts'),
  },
};
