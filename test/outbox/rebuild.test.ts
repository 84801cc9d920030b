import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { openWriter } from '../../app/outbox/connection.ts';
import {
  finishRebuild,
  migrate,
  quickCheck,
  readRebuilt,
  rebuildDatabase,
} from '../../app/outbox/index.ts';
import { newId, tempFolder } from './fixtures.ts';

const AT = { atMs: Date.UTC(2026, 10, 21, 7), bootId: 'boot-now', monotonicMs: 5_000 };
const MESSAGES = 2_000;
const TEXT = "line 1\nline 2 isn't; 'quoted';\n";

interface Queue {
  readonly file: string;
  readonly folder: string;
}

/** 2,000 messages: mostly sent ones, and at the end one of each open kind. */
function fullQueue(t: TestContext): Queue {
  const temp = tempFolder();
  const { folder, file } = temp;
  t.after(() => temp.remove());
  migrate(file);
  const db = openWriter(file);
  const insert = db.prepare(
    `INSERT INTO messages (seq, id, status, rank, lane, attempts, parts_sent, created_at_ms, boot,
       monotonic_ms, clock_trusted, recipient, encoding, segments, flash, delivery_report,
       on_uncertain, key_name, body)
     VALUES (?, ?, ?, 1, '', ?, ?, 1, 1, 1, 1, '+6289610707901', 'gsm7', 2, 0, 1, 'hold', 'k', ?)`,
  );
  const part = db.prepare(
    `INSERT INTO parts (message_seq, number, status, modem, digits, handed_over_at_ms)
     VALUES (?, ?, ?, 'modem1', '6289610707901', 1)`,
  );
  db.exec("BEGIN; INSERT INTO boots VALUES (1, 'boot-before', 1)");
  const id = (): Buffer => Buffer.from(newId().replaceAll('-', ''), 'hex');
  for (let seq = 1; seq <= MESSAGES; seq += 1) {
    insert.run(seq, id(), 'sent', 1, 2, `${TEXT}${seq}`);
  }
  const open: readonly [string, number, number, readonly string[]][] = [
    ['queued', 0, 0, []],
    ['scheduled', 0, 0, []],
    ['queued', 1, 0, []],
    ['queued', 1, 1, ['sent']],
    ['sending', 0, 0, ['handed-over']],
    ['uncertain', 1, 0, ['uncertain']],
  ];
  open.forEach(([status, attempts, sent, parts], index) => {
    const seq = MESSAGES + 1 + index;
    insert.run(seq, id(), status, attempts, sent, `${TEXT}${seq}`);
    parts.forEach((partStatus, at) => {
      part.run(seq, at + 1, partStatus);
    });
  });
  db.exec(
    `INSERT INTO api_keys VALUES ('a', 'shop', 'hash', '[]', '[]', 1, NULL);
     UPDATE counters SET next_seq = 9000, total_accepted = 8000; COMMIT`,
  );
  db.close();
  return { folder, file };
}

/** Overwrites pages of a database with pages of 1,024 octets. */
function spoil(file: string, firstPage: number, pages: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(pages * 1_024, 0xa5), 0, pages * 1_024, firstPage * 1_024);
}

function look<T>(file: string, sql: string): T {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(sql).raw().all() as T;
  } finally {
    db.close();
  }
}

const OPEN = `SELECT seq - ${MESSAGES}, status FROM messages WHERE status <> 'sent' ORDER BY seq`;

function assertSettled(file: string): void {
  assert.deepEqual(quickCheck(file), []);
  assert.deepEqual(look(file, OPEN), [
    [1, 'queued'],
    [2, 'scheduled'],
    [3, 'uncertain'],
    [4, 'uncertain'],
    [5, 'uncertain'],
    [6, 'uncertain'],
  ]);
  assert.deepEqual(
    look(
      file,
      `SELECT message_seq - ${MESSAGES}, number, status FROM parts ORDER BY message_seq, number`,
    ),
    [
      [3, 1, 'uncertain'],
      [3, 2, 'uncertain'],
      [4, 1, 'sent'],
      [4, 2, 'uncertain'],
      [5, 1, 'uncertain'],
      [5, 2, 'uncertain'],
      [6, 1, 'uncertain'],
    ],
  );
  assert.deepEqual(
    look(
      file,
      'SELECT next_seq, total_accepted, ready, backing_off, scheduled, sending, uncertain, parts FROM counters',
    ),
    [[9_000, 8_000, 1, 0, 1, 0, 4, 4]],
  );
  assert.deepEqual(look(file, 'SELECT name FROM api_keys'), [['shop']]);
}

test('damaged pages cost the rows on them; the rest is saved, and the damaged file keeps its bytes', async (t) => {
  const { file, folder } = fullQueue(t);
  spoil(file, 300, 20);
  const before = readFileSync(file);
  assert.notDeepEqual(quickCheck(file), []);
  const rebuilt = await rebuildDatabase(file, 'page 301 is gone', AT);
  assertSettled(file);
  assert.ok(
    rebuilt.messages > MESSAGES * 0.8 && rebuilt.messages < MESSAGES,
    `${rebuilt.messages}`,
  );
  assert.equal(rebuilt.uncertain, 3);
  assert.deepEqual(readRebuilt(folder), rebuilt);
  assert.deepEqual(readFileSync(join(folder, rebuilt.damagedFile)), before);
  const [[text]] = look<[[string]]>(file, `SELECT body FROM messages WHERE seq = ${MESSAGES}`);
  assert.equal(text, `${TEXT}${MESSAGES}`);
  // Nothing of the work is left over, besides empty files of whoever read.
  assert.deepEqual(
    readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name)),
    ['outbox.db', rebuilt.damagedFile, 'rebuilt.json'],
  );
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('pisang-building')),
    [],
  );
});

for (const [what, ruin] of [
  ['no header', (file: string) => spoil(file, 0, 1)],
  ['half of it', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['noise', (file: string) => writeFileSync(file, 'no database at all '.repeat(999))],
] as const) {
  test(`a database that is ${what} is replaced by one that works`, async (t) => {
    const { file } = fullQueue(t);
    ruin(file);
    const before = readFileSync(file);
    const { damagedFile } = await rebuildDatabase(file, what, AT);
    assert.deepEqual(quickCheck(file), []);
    assert.deepEqual(readFileSync(join(dirname(file), damagedFile)), before);
    assert.deepEqual(look(file, 'SELECT count(*) FROM counters'), [[1]]);
  });
}

/** A shell that prints what SQLite's own prints for `.recover` (3.46.1), from a whole copy. */
function recoverOf(file: string): string {
  const db = new Database(file, { readonly: true });
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const lines = tables.flatMap((table) => {
    const names = (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
    const quoted = names
      .map((name) => `replace(quote("${name}"), char(10), '''||char(10)||''')`)
      .join(" || ', ' || ");
    return (db.prepare(`SELECT ${quoted} FROM ${table}`).pluck().all() as string[]).map(
      (row) =>
        `INSERT OR IGNORE INTO '${table}'(${names.map((n) => `'${n}'`).join(', ')}) VALUES (${row});`,
    );
  });
  db.close();
  return [
    'BEGIN;',
    'PRAGMA writable_schema = on;',
    'CREATE TABLE meta (key TEXT PRIMARY KEY);',
    ...lines,
    "INSERT OR IGNORE INTO 'lost_and_found'('c0') VALUES (1);",
    "INSERT OR IGNORE INTO 'messages'('seq', 'id') VALUES (77777, X'00');",
    'DROP TABLE messages;',
    'COMMIT;',
    '',
  ].join('\n');
}

test('with a shell that knows .recover its rows are taken, and nothing but rows', async (t) => {
  const { file, folder } = fullQueue(t);
  writeFileSync(join(folder, 'lines'), recoverOf(file));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin/sqlite3'),
    `#!/bin/sh\necho "$@" >"${folder}/asked"\ncat "${folder}/lines"\n`,
    { mode: 0o755 },
  );
  const path = process.env['PATH'];
  process.env['PATH'] = join(folder, 'bin') + delimiter + path;
  t.after(() => {
    process.env['PATH'] = path;
  });
  spoil(file, 0, 1);
  const { messages } = await rebuildDatabase(file, 'no header', AT);
  assert.equal(messages, MESSAGES + 6);
  assertSettled(file);
  assert.match(readFileSync(join(folder, 'asked'), 'utf8'), /\.recover --ignore-freelist/);
  const [[text]] = look<[[string]]>(file, `SELECT body FROM messages WHERE seq = 7`);
  assert.equal(text, `${TEXT}7`);
});

test('a rebuild that was cut is ended at the next start, and an unfinished one begun anew', async (t) => {
  const { file, folder } = fullQueue(t);
  spoil(file, 300, 20);
  // Cut while building: what lies there is half.
  writeFileSync(join(folder, 'pisang-building.db'), 'half');
  finishRebuild(file);
  assert.notDeepEqual(quickCheck(file), []);
  const kept = join(folder, 'kept');
  copyFileSync(file, kept);
  const { damagedFile, messages } = await rebuildDatabase(file, 'x', AT);
  // Cut after the new one was whole: once before, once after the damaged one was renamed.
  for (const damagedIsThere of [true, false]) {
    renameSync(file, join(folder, 'pisang-rebuilt.db'));
    if (damagedIsThere) {
      renameSync(join(folder, damagedFile), file);
      writeFileSync(`${file}-wal`, 'of the damaged one');
    }
    finishRebuild(file);
    assert.equal(existsSync(`${file}-wal`), false);
    assert.deepEqual(look(file, 'SELECT count(*) FROM messages'), [[messages]]);
    assert.deepEqual(readFileSync(join(folder, damagedFile)), readFileSync(kept));
    rmSync(`${file}-wal`, { force: true });
  }
});

test('damaged files do not pile up', async (t) => {
  const { file, folder } = fullQueue(t);
  for (let day = 1; day <= 4; day += 1) {
    spoil(file, 300, 2);
    await rebuildDatabase(file, 'x', { ...AT, atMs: AT.atMs + day * 86_400_000 });
  }
  const kept = readdirSync(folder).filter((name) => /^pisang-damaged.*\.db$/.test(name));
  assert.deepEqual(kept.sort(), [
    'pisang-damaged-20261124T070000Z.db',
    'pisang-damaged-20261125T070000Z.db',
  ]);
  spoil(file, 300, 2);
  const early = await rebuildDatabase(file, 'x', { ...AT, atMs: 0 });
  assert.ok(existsSync(join(folder, early.damagedFile)), 'kept on a clock that went back');
});
