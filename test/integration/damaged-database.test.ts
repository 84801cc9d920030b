import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { CLI, type Program, startProgram, until } from '../support/processes.ts';

function newBox(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-damaged-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data');
  mkdirSync(data);
  const environment = {
    PISANG_DATA_DIR: data,
    PISANG_RUN_DIR: join(folder, 'run'),
    PISANG_HTTP_LISTEN: `unix:${join(folder, 'http.sock')}`,
  };
  const start = (...argv: readonly string[]): Program => startProgram([CLI, ...argv], environment);
  return {
    data,
    runDir: environment.PISANG_RUN_DIR,
    start,
    api: async (): Promise<Program> => {
      const program = start('api');
      t.after(() => program.child.kill('SIGKILL'));
      await until('it serves', () => program.stdout().includes('serving HTTP'), 20_000);
      return program;
    },
    conditions: async (): Promise<readonly string[]> => {
      const ask = start('status', '--json');
      await ask.ended;
      const { conditions } = JSON.parse(ask.stdout()) as { conditions: { code: string }[] };
      return conditions.map(({ code }) => code);
    },
  };
}

/** Overwrites the first page of a table. */
function spoil(file: string, table: string): void {
  const db = new Database(file);
  const page = db
    .prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table) as number;
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  writeSync(openSync(file, 'r+'), Buffer.alloc(1_024, 0xa5), 0, 1_024, (page - 1) * 1_024);
}

test('a database that cannot be opened is rebuilt before the services start, and the page says so', async (t) => {
  const { data, start, api, conditions } = newBox(t);
  writeFileSync(join(data, 'pisang.db'), 'no database at all '.repeat(999));
  const migrate = start('migrate');
  assert.equal(await migrate.ended, 0, migrate.stderr());
  assert.match(migrate.stdout(), /rebuilt: 0 messages saved, 0 of them uncertain/);
  const damaged = readdirSync(data).filter((name) => /^pisang-damaged-.*Z\.db$/.test(name));
  assert.equal(damaged.length, 1);
  const service = await api();
  const send = start('send', '--to', '089610707901', '--text', 'still works');
  assert.equal(await send.ended, 0, send.stderr());
  assert.ok((await conditions()).includes('database-rebuilt'));
  service.child.kill('SIGTERM');
  await service.ended;
});

for (const [table, met] of [
  ['counters', /the database cannot be used/],
  ['inbound', /the database is damaged/],
] as const) {
  test(`damage of ${table} that the API meets is mended at the next start; nothing is accepted until then`, async (t) => {
    const { data, start, api, conditions } = newBox(t);
    const file = join(data, 'pisang.db');
    const first = await api();
    for (const text of ['one', 'two']) {
      assert.equal(await start('send', '--to', '089610707901', '--text', text).ended, 0);
    }
    first.child.kill('SIGKILL');
    await first.ended;
    spoil(file, table);
    const second = await api();
    await until('it is met', () => met.test(second.stdout()), 20_000);
    const send = start('send', '--to', '089610707901', '--text', 'three');
    assert.notEqual(await send.ended, 0);
    assert.ok((await conditions()).includes('database-damaged'));
    // Not under the feet of the running service.
    const early = start('migrate');
    assert.equal(await early.ended, 1);
    assert.match(early.stderr(), /stop pisang, then run: pisang migrate/);
    second.child.kill('SIGTERM');
    await second.ended;
    const migrate = start('migrate');
    assert.equal(await migrate.ended, 0, migrate.stderr());
    assert.match(migrate.stdout(), /messages saved/);
    await api();
    assert.ok((await conditions()).includes('database-rebuilt'));
    assert.equal(await start('send', '--to', '089610707901', '--text', 'four').ended, 0);
  });
}

for (const left of ['no file', 'an empty file']) {
  test(`a database of which what the card lost left ${left} is told, not replaced in silence`, async (t) => {
    const { data, start, api, conditions } = newBox(t);
    writeFileSync(join(data, 'pisang.db.suspect'), "the card's file system had faults\n");
    if (left === 'an empty file') writeFileSync(join(data, 'pisang.db'), '');
    const migrate = start('migrate');
    assert.equal(await migrate.ended, 0, migrate.stderr());
    assert.match(migrate.stderr(), /file system had faults, and .*pisang\.db is gone/);
    assert.equal(readdirSync(data).includes('pisang.db.suspect'), false);
    // On a clock that was wrong when it was noted.
    const record = join(data, 'rebuilt.json');
    writeFileSync(
      record,
      readFileSync(record, 'utf8').replace(/"at":"[^"]*"/, '"at":"2020-01-01T00:00:00Z"'),
    );
    await api();
    assert.ok((await conditions()).includes('database-rebuilt'));
  });
}

test('on trial nothing is rebuilt: going back must find everything as it was', async (t) => {
  const { data, runDir, start } = newBox(t);
  writeFileSync(join(data, 'pisang.db'), 'no database at all '.repeat(999));
  mkdirSync(runDir);
  writeFileSync(join(runDir, 'trial'), '');
  const migrate = start('migrate');
  assert.equal(await migrate.ended, 1);
  assert.match(migrate.stderr(), /is damaged/);
  assert.deepEqual(readdirSync(data), ['pisang.db']);
});
