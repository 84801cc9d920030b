import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The programs that boxd may start, by name; nothing else is ever started. */
export const PROGRAMS = {
  systemctl: '/usr/bin/systemctl',
  date: '/usr/bin/date',
  mount: '/usr/bin/mount',
  rauc: '/usr/bin/rauc',
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** Where things lie on the appliance. No caller names any of them. */
export const PLACES = {
  dataRoot: '/var/lib/pisang',
  /** The one place an update is installed from. */
  bundle: '/var/lib/pisang/update/bundle.raucb',
  /** Asks the next boot to erase the data partition. */
  resetMark: '/var/lib/pisang/factory-reset',
  card: '/boot/pisang',
  usbDevices: '/sys/bus/usb/devices',
  leds: '/sys/class/leds',
} as const;

export interface Ended {
  /** Null when it was ended by a signal or never began. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What boxd can do to the machine. Tests hand in a recorder. */
export interface Machine {
  run(program: ProgramName, args: readonly string[], timeoutMs: number): Promise<Ended>;
  /** This program's own `provision` command. */
  provision(timeoutMs: number): Promise<Ended>;
  exists(path: string): boolean;
  read(path: string): string;
  write(path: string, text: string): void;
}

const OUTPUT_LIMIT_BYTES = 262_144;

export function realMachine(ownProgram: string): Machine {
  return {
    run: (program, args, timeoutMs) => start(PROGRAMS[program], args, timeoutMs),
    provision: (timeoutMs) =>
      start(
        process.execPath,
        [ownProgram, 'provision', PLACES.card, '--data-root', PLACES.dataRoot],
        timeoutMs,
      ),
    exists: existsSync,
    read: (path) => readFileSync(path, 'utf8'),
    write: (path, text) => writeFileSync(path, text, { flush: !path.startsWith('/sys/') }),
  };
}

function start(program: string, args: readonly string[], timeout: number): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { timeout, maxBuffer: OUTPUT_LIMIT_BYTES, env: { LC_ALL: 'C' }, cwd: '/', shell: false },
      (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, out, err: err === '' && error !== null ? error.message : err });
      },
    );
  });
}
