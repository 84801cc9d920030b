import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

/** Which rooms of `app/` a room may import from (besides itself). `cli` stands for `app/cli.ts`. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  pdu: ['domain'],
  local: ['domain'],
  config: ['domain'],
  boxd: ['domain', 'local'],
  provision: ['config', 'domain'],
  rescue: [],
  program: [],
  link: ['domain'],
  at: ['domain', 'link'],
  modem: ['domain', 'at', 'link', 'pdu'],
  outbox: ['domain', 'pdu'],
  worker: ['domain', 'local', 'modem', 'outbox', 'pdu'],
  status: ['domain', 'local', 'outbox'],
  http: ['domain', 'local', 'outbox', 'pdu', 'status'],
  simulator: ['domain', 'pdu'],
  commands: [
    'boxd',
    'config',
    'domain',
    'http',
    'link',
    'local',
    'modem',
    'outbox',
    'program',
    'provision',
    'simulator',
    'status',
    'worker',
  ],
  cli: ['commands', 'config', 'domain'],
};

const APP = resolve('app');

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : [];
  });
}

function roomOf(path: string): string {
  return (relative(APP, path).split('/')[0] ?? '').replace(/\.ts$/, '');
}

test('every import between rooms follows an arrow of the design', () => {
  const broken: string[] = [];
  for (const file of sourceFiles(APP)) {
    const from = roomOf(file);
    for (const match of readFileSync(file, 'utf8').matchAll(
      /(?:from|import\(|import)\s*'(\.[^']+)'/g,
    )) {
      const target = resolve(dirname(file), match[1] ?? '');
      const to = roomOf(target);
      if (to !== from && !(ARROWS[from] ?? []).includes(to)) {
        broken.push(`${relative(APP, file)} imports ${relative(APP, target)}`);
      }
    }
  }
  assert.deepEqual(
    broken,
    [],
    'move the code, or change the arrow here and say why in docs/decisions/',
  );
});

test('every room says in a README of at most 15 lines what it is', () => {
  for (const entry of readdirSync(APP, { withFileTypes: true }).filter((e) => e.isDirectory())) {
    const lines = readFileSync(join(APP, entry.name, 'README.md'), 'utf8')
      .trimEnd()
      .split('\n');
    assert.ok(lines.length <= 15, `app/${entry.name}/README.md has ${lines.length} lines`);
  }
});

test('SQL stands in outbox/, and the SQLite library is imported nowhere else', () => {
  const strays = sourceFiles(APP)
    .filter((file) => roomOf(file) !== 'outbox')
    .filter((file) =>
      /from 'better-sqlite3'|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) [a-z_*]+ /.test(
        readFileSync(file, 'utf8'),
      ),
    )
    .map((file) => relative(APP, file));
  assert.deepEqual(strays, []);
});
