import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const SCRIPT = join(import.meta.dirname, '../../../../.ci/evidence-fresh');

/** A repository with a few inputs of an image, committed. */
function repository(t: TestContext): {
  folder: string;
  run: (program: string, ...words: string[]) => { code: number | null; said: string };
} {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-evidence-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // Nothing of the repository in which the tests run, as in a git hook.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
  );
  const run = (program: string, ...words: string[]): { code: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(program, words, {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    return { code: status, said: stdout + stderr };
  };
  for (const name of ['image', 'overlays', 'app']) mkdirSync(join(folder, name));
  for (const name of ['image/build', 'image/README.md', 'overlays/fstab', 'app/a.ts']) {
    writeFileSync(join(folder, name), `${name}\n`);
  }
  symlinkSync('fstab', join(folder, 'overlays/link'));
  run('git', 'init', '-q');
  run('git', 'config', 'core.fileMode', 'true');
  commit(run);
  return { folder, run };
}

function commit(run: (program: string, ...words: string[]) => unknown): void {
  run('git', 'add', '.');
  run('git', '-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-q', '-m', 'x');
}

test('without evidence the check fails and says what to run', (t) => {
  const { run } = repository(t);
  const { code, said } = run(SCRIPT);
  assert.equal(code, 1);
  assert.match(said, /Run: make test-full/);
});

const STEPS =
  'image release power capacity boards update bad-days provisioned armbian identity'.split(' ');

type Repository = ReturnType<typeof repository>;

/** The log that `make test-full` leaves of each step. */
function record({ folder, run }: Repository, verdict = 'passed after 1 s'): void {
  const evidence = join(folder, 'docs/evidence/full');
  mkdirSync(evidence, { recursive: true });
  const inputs = run(SCRIPT, '--sum').said.trim();
  const head = run('git', 'rev-parse', 'HEAD').said.trim();
  for (const step of STEPS) {
    writeFileSync(
      join(evidence, `${step}.log`),
      `make x\ncommit ${head}\nimage inputs ${inputs}\n${verdict}\n`,
    );
  }
}

test('evidence is fresh until an input of the image changes, which is named', (t) => {
  const repo = repository(t);
  const { folder, run } = repo;
  record(repo);
  assert.equal(run(SCRIPT).code, 0);
  appendFileSync(join(folder, 'app/a.ts'), 'more');
  appendFileSync(join(folder, 'image/README.md'), 'more');
  commit(run);
  assert.equal(run(SCRIPT).code, 0, 'app and README are no inputs');
  appendFileSync(join(folder, 'overlays/fstab'), 'more');
  const { code, said } = run(SCRIPT);
  assert.equal(code, 1);
  assert.match(said, /^changed since image: overlays\/fstab\n/);
  assert.match(said, /make test-full STEPS='image release .*identity'/);
});

test('a step that failed or that never ran is named alone', (t) => {
  const repo = repository(t);
  const { folder, run } = repo;
  record(repo);
  writeFileSync(join(folder, 'docs/evidence/full/power.log'), 'FAILED after 1 s\n');
  rmSync(join(folder, 'docs/evidence/full/armbian.log'));
  assert.match(run(SCRIPT).said, /STEPS='power armbian'/);
});

test('what ran with uncommitted changes is no evidence', (t) => {
  const repo = repository(t);
  record(repo);
  const log = join(repo.folder, 'docs/evidence/full/boards.log');
  const text = readFileSync(log, 'utf8');
  writeFileSync(log, text.replace(/^commit .*/m, '$& with uncommitted changes'));
  assert.match(repo.run(SCRIPT).said, /STEPS='boards'/);
});

for (const [what, change] of [
  ['a new file', (folder) => writeFileSync(join(folder, 'image/new'), '')],
  ['a lost file', (folder) => rmSync(join(folder, 'image/build'))],
  ['a mode', (folder) => chmodSync(join(folder, 'image/build'), 0o755)],
  [
    'a link',
    (folder) => {
      rmSync(join(folder, 'overlays/link'));
      symlinkSync('other', join(folder, 'overlays/link'));
    },
  ],
] satisfies [string, (folder: string) => void][]) {
  test(`${what} is a change`, (t) => {
    const repo = repository(t);
    const { folder, run } = repo;
    record(repo);
    assert.equal(run(SCRIPT).code, 0);
    change(folder);
    commit(run);
    assert.equal(run(SCRIPT).code, 1);
  });
}
