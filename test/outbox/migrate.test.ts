import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import Database from 'better-sqlite3';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { ensureDatabase, migrate, quickCheck, SCHEMA_VERSION } from '../../app/outbox/index.ts';
import type { Migration } from '../../app/outbox/migrate.ts';
import { tempFolder } from './fixtures.ts';

let temp: ReturnType<typeof tempFolder>;
beforeEach(() => {
  temp = tempFolder();
});
afterEach(() => temp.remove());

const FIRST: Migration = {
  version: 1,
  sql: readFileSync('app/outbox/migrations/001-outbox.sql', 'utf8'),
};
const SECOND: Migration = {
  version: 2,
  sql: `ALTER TABLE messages ADD COLUMN note TEXT;
        INSERT INTO meta VALUES ('schema-2-opens-from', '1');`,
};
const BROKEN: Migration = { version: 2, sql: 'CREATE TABLE half (x); SELECT nonsense;' };

function sql<T>(text: string): T {
  const db = new Database(temp.file);
  try {
    return db.prepare(text).pluck().get() as T;
  } finally {
    db.close();
  }
}

test('whoever finds no database creates it; a second time changes nothing', async () => {
  await ensureDatabase(temp.file);
  assert.equal(sql('PRAGMA user_version'), SCHEMA_VERSION);
  await ensureDatabase(temp.file);
  assert.deepEqual(migrate(temp.file), { from: SCHEMA_VERSION, to: SCHEMA_VERSION });
  const tables = sql<number>(
    "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
  );
  assert.equal(tables, 0, 'every table is STRICT');
});

test('an older database is left to migrate; others wait for it, then say what to do', async () => {
  migrate(temp.file, [FIRST]);
  const both = [FIRST, SECOND];
  await assert.rejects(ensureDatabase(temp.file, 30, both), (error: Error) => {
    assert.equal('code' in error && error.code, 'schema-older');
    assert.match(error.message, /run: pisang migrate/);
    return true;
  });
  const waiting = ensureDatabase(temp.file, 10_000, both);
  assert.deepEqual(migrate(temp.file, both), { from: 1, to: 2 });
  await waiting;
});

test('a step that fails leaves nothing of itself', () => {
  migrate(temp.file, [FIRST]);
  assert.throws(() => migrate(temp.file, [FIRST, BROKEN]));
  assert.equal(sql('PRAGMA user_version'), 1);
  assert.equal(sql("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
});

test('a newer schema is refused, unless it says that this version may open it', async () => {
  migrate(temp.file, [FIRST, SECOND]);
  await ensureDatabase(temp.file, 0, [FIRST]);
  for (const version of [3, 99]) {
    const db = new Database(temp.file);
    db.pragma(`user_version = ${version}`);
    db.close();
    await assert.rejects(ensureDatabase(temp.file), { code: 'schema-newer' });
    assert.throws(() => migrate(temp.file), { code: 'schema-newer' });
  }
});

test('every migration file says which versions may open its schema', () => {
  for (const name of readdirSync('app/outbox/migrations')) {
    const version = Number(name.slice(0, 3));
    const text = readFileSync(`app/outbox/migrations/${name}`, 'utf8');
    assert.match(text, new RegExp(`'schema-${version}-opens-from'`), name);
  }
});

test('quick check: nothing on a sound file, findings on a damaged one', () => {
  migrate(temp.file);
  assert.deepEqual(quickCheck(temp.file), []);
  const bytes = readFileSync(temp.file);
  bytes.fill(0xa5, 4_096, 20_000);
  writeFileSync(temp.file, bytes);
  assert.notEqual(quickCheck(temp.file).length, 0);
  assert.notEqual(quickCheck(`${temp.file}-none`).length, 0);
  assert.equal(existsSync(`${temp.file}-none`), false);
});

test('a file that is no database is named as damaged', async () => {
  writeFileSync(
    temp.file,
    'this is not a database, and it is long enough to be looked at'.repeat(99),
  );
  await assert.rejects(ensureDatabase(temp.file), (error) => {
    assert.ok(error instanceof GatewayError);
    assert.equal(error.code, 'storage-damaged');
    assert.ok(error.message.includes(`${temp.file} is damaged; `), error.message);
    return true;
  });
});
