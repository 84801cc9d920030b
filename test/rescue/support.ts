import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Program, startProgram, until } from '../support/processes.ts';

export type UnitValues = Readonly<Record<string, string>>;

const NAMES: Readonly<Record<string, string>> = {
  api: 'pisang-api.service',
  modem: 'pisang-modem.service',
  migrate: 'pisang-migrate.service',
  provision: 'pisang-provision.service',
  trial: 'pisang-trial.service',
  data: 'var-lib-pisang.mount',
};

/** What `systemctl show` prints; a unit that is not named is up and well. */
export function systemdSays(units: Readonly<Record<string, UnitValues>>): string {
  return Object.entries(NAMES)
    .map(([name, id]) =>
      Object.entries({
        ...(id.endsWith('.service') ? { ExecMainStatus: '0', NRestarts: '0' } : {}),
        Id: id,
        ActiveState: 'active',
        SubState: 'running',
        Result: 'success',
        ActiveExitTimestampMonotonic: '0',
        ...units[name],
      })
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    )
    .join('\n');
}

const MAIN = fileURLToPath(new URL('../../app/rescue/main.js', import.meta.url));

export interface RescueBox {
  readonly folder: string;
  readonly runDir: string;
  /** What the next question to systemd is answered with. */
  readonly say: (text: string) => void;
  /** Starts the page and waits until it listens or ends; `port` 0 asks the kernel. */
  readonly start: (port?: number) => Promise<{ readonly program: Program; readonly url: string }>;
}

/** A folder with a `systemctl` of our own, which also counts how often it was asked. */
export function rescueBox(t: TestContext): RescueBox {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-rescue-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const runDir = join(folder, 'run');
  mkdirSync(runDir);
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin/systemctl'),
    `#!/bin/sh\necho "$*" >>"${folder}/asked"\ncat "${folder}/says"\n`,
    { mode: 0o755 },
  );
  const say = (text: string): void => writeFileSync(join(folder, 'says'), text);
  say(systemdSays({ api: { ActiveState: 'failed', Result: 'exit-code', ExecMainStatus: '1' } }));
  return {
    folder,
    runDir,
    say,
    start: async (port = 0) => {
      const program = startProgram(
        [
          MAIN,
          '--http',
          String(port),
          '--https',
          '0',
          '--run-dir',
          runDir,
          '--tls-dir',
          join(folder, 'tls'),
        ],
        { PATH: join(folder, 'bin') + delimiter + process.env['PATH'] },
      );
      t.after(() => program.child.kill('SIGKILL'));
      await until('it tells', () => program.stdout().includes('\n'));
      const bound = /http (\d+)/.exec(program.stdout())?.[1] ?? '';
      return { program, url: `http://127.0.0.1:${bound}` };
    },
  };
}
