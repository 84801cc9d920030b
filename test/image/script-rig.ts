import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { overlayText } from './overlay-tree.ts';

/** A folder in which a script of the appliance finds its world, with tools that only note what they were asked. */
export interface ScriptBox {
  readonly folder: string;
  readonly put: (path: string, text: string | Buffer, mode?: number) => void;
  /** Empty when there is no such file. */
  readonly read: (path: string) => string;
  readonly exists: (path: string) => boolean;
  readonly run: (
    script: string,
    ...args: readonly string[]
  ) => { status: number | null; said: string };
}

/** `tools`: name → text of a shell script, in which `$BOX` is the folder. */
export function scriptBox(t: TestContext, tools: Readonly<Record<string, string>>): ScriptBox {
  const box = mkdtempSync(join(tmpdir(), 'pisang-script-'));
  t.after(() => rmSync(box, { recursive: true }));
  const put = (path: string, text: string | Buffer, mode = 0o644): void => {
    mkdirSync(join(box, dirname(path)), { recursive: true });
    writeFileSync(join(box, path), text, { mode });
  };
  for (const [name, script] of Object.entries(tools)) {
    put(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  }
  return {
    folder: box,
    put,
    read: (path) => (existsSync(join(box, path)) ? readFileSync(join(box, path), 'utf8') : ''),
    exists: (path) => existsSync(join(box, path)),
    run: (script, ...args) => {
      // The same script, whose world begins in our folder.
      const text = overlayText(script).replace(
        /(?<=^|[ <=>"])\/(?=(proc|run|boot|var\/lib\/pisang|usr\/(bin|lib)\/pisang|usr\/share\/zoneinfo|dev\/pisang|sys\/(block|class\/watchdog))\b|dev\/(console|tty1)\b|etc\/machine-id)/gm,
        `${box}/`,
      );
      put('script', text, 0o755);
      const { status, stdout, stderr } = spawnSync('sh', [join(box, 'script'), ...args], {
        encoding: 'utf8',
        timeout: 30_000,
        env: { BOX: box, PATH: `${join(box, 'bin')}:${process.env['PATH']}` },
      });
      return { status, said: stdout + stderr };
    },
  };
}
