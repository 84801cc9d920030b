import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { CLI } from '../support/processes.ts';

/** What changes something lasting. Each time that one of them is called the program is killed once. */
const CALLS = ['fsync', 'rename', 'unlink', 'ftruncate', 'rmdir'];
const SETTINGS = {
  hostName: 'kantor',
  siteName: 'Kantor Desa',
  simPin: '4711',
  network: { address: '192.168.1.20/24', gateway: '192.168.1.1' },
  sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJk0Vb9kV0uXGmZbzZ9w0ZsUe7g0h9dN9yQ2b7m8w5pS me'],
  apiKeys: 'make',
};
/** What is new at each start, or says when it was made. */
const VARYING = /^(run\/.*|card\/RESULT\.txt|data\/app\/(password\.json|pisang\.db.*))$/;

class Box {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, 'card'), { recursive: true });
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'card/pisang.json'), JSON.stringify(SETTINGS));
    writeFileSync(join(folder, 'card/password.txt'), 'three words together\n');
  }

  /** One start, under `prefix` such as strace; the exit code, or null when it was killed. */
  provision(...prefix: readonly string[]): number | null {
    const data = join(this.folder, 'data');
    const own = [
      process.execPath,
      CLI,
      'provision',
      join(this.folder, 'card'),
      '--data-root',
      data,
    ];
    const [program = '', ...words] = [...prefix, ...own];
    const { status, error } = spawnSync(program, words, {
      env: {
        PATH: process.env['PATH'],
        PISANG_DATA_DIR: join(data, 'app'),
        PISANG_RUN_DIR: join(this.folder, 'run'),
      },
      timeout: 60_000,
    });
    assert.equal(error, undefined);
    return status;
  }

  /** Every lasting file with its mode and content. */
  state(): Readonly<Record<string, string>> {
    const files = readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
      .filter((path) => !VARYING.test(path))
      .sort();
    return Object.fromEntries(
      files.map((path) => {
        const { mode } = statSync(join(this.folder, path));
        return [
          path,
          `${(mode & 0o777).toString(8)} ${readFileSync(join(this.folder, path), 'utf8')}`,
        ];
      }),
    );
  }

  /** The hashes of the keys that are stored, and that of the key which the card tells. */
  keys(): { readonly stored: readonly unknown[]; readonly told: string } {
    const db = new Database(join(this.folder, 'data/app/pisang.db'), { readonly: true });
    const stored = db.prepare('SELECT hash FROM api_keys').pluck().all();
    db.close();
    const result = readFileSync(join(this.folder, 'card/RESULT.txt'), 'utf8');
    const key = /API key "card": (psg_\w+)/.exec(result)?.[1] ?? 'none';
    return { stored, told: createHash('sha256').update(key).digest('hex') };
  }
}

test('killed at any call that writes, provisioning ends as if it never was', (t: TestContext) => {
  const root = mkdtempSync(join(tmpdir(), 'pisang-provision-'));
  t.after(() => rmSync(root, { recursive: true }));
  const whole = new Box(join(root, 'whole'));
  assert.equal(whole.provision(), 0);
  const expected = whole.state();
  assert.ok('data/box/authorized_keys' in expected && 'data/app/pins.json' in expected);
  const kills = killAtEachCall(0, (place, kill) => {
    const box = new Box(join(root, place));
    const status = box.provision(...kill);
    if (status === null) {
      assert.equal(box.provision(), 0, place);
      assert.deepEqual(box.state(), expected, place);
      const { stored, told } = box.keys();
      assert.deepEqual(stored, [told], `the one key is the one that is told, after ${place}`);
    }
    return status;
  });
  t.diagnostic(kills.join(', '));
  assert.ok(kills.length > 40, `${kills.length} kills`);
});

test('killed at any call that erases, a factory reset ends with nothing', (t: TestContext) => {
  const root = mkdtempSync(join(tmpdir(), 'pisang-reset-'));
  t.after(() => rmSync(root, { recursive: true }));
  const full = new Box(join(root, 'full'));
  assert.equal(full.provision(), 0);
  mkdirSync(join(full.folder, 'data/lost+found'));
  writeFileSync(join(full.folder, 'data/lost+found/#12'), 'part of a database');
  writeFileSync(join(full.folder, 'card/factory-reset.txt'), 'erase everything\n');
  const kills = killAtEachCall(10, (place, kill) => {
    const box = new Box(join(root, place));
    cpSync(full.folder, box.folder, { recursive: true });
    const status = box.provision(...kill);
    if (status === null) {
      // 0 where all was erased and only the word of it was cut off: then that is an ordinary first start.
      assert.ok([0, 10].includes(box.provision() ?? -1), place);
      const found = readdirSync(join(box.folder, 'data'), { recursive: true });
      const folders = ['lost+found', 'app', 'box'];
      assert.deepEqual(
        found.filter((name) => !folders.includes(String(name))),
        [],
        place,
      );
      const left = readFileSync(join(box.folder, 'card/factory-reset.txt'), 'utf8');
      assert.match(left, /^\(done\)\s*$/);
    }
    return status;
  });
  t.diagnostic(kills.join(', '));
  assert.ok(kills.length > 10, `${kills.length} kills`);
});

/** Tries with the kill at the first of these calls, the second and so on, until it ends with `whole`; what was killed. */
function killAtEachCall(
  whole: number,
  attempt: (place: string, kill: readonly string[]) => number | null,
): readonly string[] {
  const kills: string[] = [];
  for (const call of CALLS) {
    for (let time = 1; ; time += 1) {
      const inject = `inject=${call}:signal=KILL:when=${time}`;
      const place = `${call}-${time}`;
      const status = attempt(place, ['strace', '-o', '/dev/null', '-e', inject]);
      if (status === whole) break;
      assert.equal(status, null, place);
      kills.push(place);
    }
  }
  return kills;
}
