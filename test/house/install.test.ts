import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const INSTALL = join(import.meta.dirname, '../../../../.ci/install');

/** What `.ci/install` says where only these programs exist; a text is a shell script, null the real one. */
function installWith(programs: Readonly<Record<string, string | null>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-install-'));
  try {
    const all: Record<string, string | null> = { dirname: null, ...programs };
    for (const [name, script] of Object.entries(all)) {
      if (script === null) {
        symlinkSync(find(name), join(folder, name));
      } else {
        writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      }
    }
    const run = spawnSync('/bin/sh', [INSTALL], { encoding: 'utf8', env: { PATH: folder } });
    assert.equal(run.status, 1, run.stderr);
    assert.equal(run.stdout, '', 'nothing was begun');
    return run.stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function find(name: string): string {
  const { stdout } = spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return stdout.trim();
}

test('a missing prerequisite is named with a command that installs it, and that command can run', () => {
  const noNode = installWith({});
  assert.match(noNode, /^pisang needs node .*Install it with: apt-get install -y nodejs npm/);
  assert.match(installWith({ node: null }), /^pisang needs npm .*: apt-get install -y npm\n$/);
  const old = { node: '[ "$1" = --version ] && echo v18.19.0 || exit 1', npm: '' };
  assert.match(
    installWith(old),
    /20\.19 or newer; this is v18\.19\.0\. .*npm install -g n && n 20/,
  );
});
