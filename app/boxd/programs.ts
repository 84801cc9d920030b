import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { replaceFile } from '../domain/disk.ts';
import { UPDATE_NOTE_FILE } from '../domain/update-note.ts';
import { REAL_DISK } from '../local/real-disk.ts';

/** The programs that boxd may start, by name; nothing else is ever started. */
export const PROGRAMS = {
  systemctl: '/usr/bin/systemctl',
  date: '/usr/bin/date',
  rauc: '/usr/bin/rauc',
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** Where things lie on the appliance. No caller names any of them. */
export const PLACES = {
  /** The one place an update is installed from. */
  bundle: '/var/lib/pisang/update/bundle.raucb',
  /** Asks the next boot to erase the data partition. */
  resetMark: '/var/lib/pisang/factory-reset',
  /** There until a version that is being tried is marked good, or goes. Root's, unlike the mark that the services go by. */
  trial: '/run/pisang-trial',
  updateNote: UPDATE_NOTE_FILE as string,
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
  exists(path: string): boolean;
  /** Null where there is none. */
  read(path: string): string | null;
  write(path: string, text: string): void;
  /** The new text or the old one, whenever the power goes; the services may read it. */
  publish(path: string, text: string): void;
}

export const ASK_RAUC_MS = 60_000;
const START_RAUC_MS = 90_000;
const OUTPUT_LIMIT_BYTES = 262_144;

export const REAL_MACHINE: Machine = {
  run: (program, args, timeoutMs) => start(PROGRAMS[program], args, timeoutMs),
  exists: existsSync,
  read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  write: (path, text) => writeFileSync(path, text, { flush: !path.startsWith('/sys/') }),
  publish: (path, text) => replaceFile(REAL_DISK, path, text, 0o644),
};

/**
 * RAUC's service loads four drivers before it answers; D-Bus, which would start it as well, gives up after 25 s. Where it does
 * not start, `rauc` itself says so.
 */
export async function startRauc(machine: Machine): Promise<void> {
  await machine.run('systemctl', ['start', 'rauc.service'], START_RAUC_MS);
}

function start(program: string, args: readonly string[], timeout: number): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { timeout, maxBuffer: OUTPUT_LIMIT_BYTES, env: { LC_ALL: 'C' }, cwd: '/', shell: false },
      (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        const why =
          error?.killed === true && typeof error.code !== 'string'
            ? `It did not end within ${timeout / 1000} s.`
            : null;
        resolve({ code, out, err: why ?? (err === '' && error !== null ? error.message : err) });
      },
    );
  });
}
