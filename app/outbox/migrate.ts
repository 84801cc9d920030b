import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { GatewayError } from '../domain/gateway-error.ts';
import { type Connection, openWriter } from './connection.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import { fromWire, sqliteCode, storageError } from './storage-error.ts';

interface Migration {
  readonly version: number;
  readonly sql: string;
}

const FOLDER = new URL('./migrations/', import.meta.url);
const MIGRATIONS: readonly Migration[] = readdirSync(FOLDER)
  .filter((name) => /^\d{3}-.*\.sql$/.test(name))
  .sort()
  .map((name) => ({
    version: Number(name.slice(0, 3)),
    sql: readFileSync(new URL(name, FOLDER), 'utf8'),
  }));

/** The schema this program writes; `PRAGMA user_version` of the file. */
export const SCHEMA_VERSION: number = MIGRATIONS.at(-1)?.version ?? 0;

/**
 * Brings the file to `SCHEMA_VERSION`, creating it where there is none. Each step is one
 * transaction under an exclusive lock, so that two callers agree and a crash leaves a whole step.
 * @throws GatewayError `schema-newer`, or a storage error.
 */
export function migrate(file: string): { readonly from: number; readonly to: number } {
  return withDatabase(file, (db) => {
    const from = userVersion(db);
    requireNotNewer(db);
    for (const migration of MIGRATIONS) {
      retryWhileBusy(() => db.exec('BEGIN EXCLUSIVE'));
      try {
        if (userVersion(db) < migration.version) {
          db.exec(migration.sql);
          db.pragma(`user_version = ${migration.version}`);
        }
        db.exec('COMMIT');
      } catch (error) {
        if (db.inTransaction) {
          db.exec('ROLLBACK');
        }
        throw error;
      }
    }
    return { from, to: Math.max(from, SCHEMA_VERSION) };
  });
}

/**
 * For every command but `migrate`: creates the database where there is none, accepts its own schema
 * (or one newer that says this program may open it), and waits for `migrate` when it is older.
 * @throws GatewayError `schema-newer`; `schema-older` after `waitMs`; or a storage error.
 */
export async function ensureDatabase(file: string, waitMs = 60_000): Promise<void> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    if (!existsSync(file) || readVersion(file) === 0) {
      migrate(file);
      return;
    }
    const version = readVersion(file);
    if (version >= SCHEMA_VERSION) {
      withDatabase(file, requireNotNewer);
      return;
    }
    if (performance.now() >= deadlineMs) {
      throw new GatewayError(
        'schema-older',
        `the database has schema ${version}, this program needs ${SCHEMA_VERSION}; run: pisang migrate`,
        { retry: 'later', context: { version } },
      );
    }
    await sleep(Math.min(250, Math.max(1, deadlineMs - performance.now())));
  }
}

export function userVersion(db: Connection): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function readVersion(file: string): number {
  return withDatabase(file, (db) => retryWhileBusy(() => userVersion(db)));
}

/** An older program may open a newer schema only where that schema's migration recorded it. */
function requireNotNewer(db: Connection): void {
  const version = userVersion(db);
  if (version <= SCHEMA_VERSION) {
    return;
  }
  const row = retryWhileBusy(() =>
    db.prepare('SELECT value FROM meta WHERE key = ?').get(`schema-${version}-opens-from`),
  ) as { value: string } | undefined;
  if (row === undefined || Number(row.value) > SCHEMA_VERSION) {
    throw new GatewayError(
      'schema-newer',
      `the database has schema ${version}, made by a newer version; this program knows ${SCHEMA_VERSION}`,
      { retry: 'never', context: { version } },
    );
  }
}

function withDatabase<T>(file: string, action: (db: Connection) => T): T {
  let db: Connection | undefined;
  try {
    db = openWriter(file);
    return action(db);
  } catch (error) {
    throw sqliteCode(error) === '' || error instanceof GatewayError
      ? error
      : fromWire(storageError(error, file, false));
  } finally {
    db?.close();
  }
}

/**
 * Looks through the whole file for damage, one table at a time so that no snapshot lasts longer
 * than it must. Takes seconds on a large file: run it in a child process.
 * @returns the findings; none means sound.
 */
export function quickCheck(file: string): readonly string[] {
  try {
    const db = new Database(file, { readonly: true, timeout: 5_000 });
    try {
      const tables = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .pluck()
        .all() as string[];
      return tables.flatMap((table) =>
        (db.prepare(`PRAGMA quick_check("${table}")`).pluck().all() as string[])
          .filter((line) => line !== 'ok')
          .map((line) => `${table}: ${line}`),
      );
    } finally {
      db.close();
    }
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
