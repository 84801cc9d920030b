import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { GatewayError } from '../domain/gateway-error.ts';
import { type Connection, openWriter } from './connection.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import { fromWire, sqliteCode, storageError } from './storage-error.ts';

/** One numbered step; it only ever adds, so that the version before can go on with the result. */
export interface Migration {
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
export const SCHEMA_VERSION: number = newestOf(MIGRATIONS);

/**
 * Brings the file to `SCHEMA_VERSION`, creating it where there is none. Each step is one
 * transaction under an exclusive lock, so that two callers agree and a crash leaves a whole step.
 * @throws GatewayError `schema-newer`, or a storage error.
 */
export function migrate(
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
): { readonly from: number; readonly to: number } {
  return withDatabase(file, (db) => {
    const from = userVersion(db);
    requireNotNewer(db, newestOf(migrations));
    for (const migration of migrations) {
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
    return { from, to: Math.max(from, newestOf(migrations)) };
  });
}

/**
 * For every command but `migrate`: creates the database where there is none, accepts its own schema
 * (or one newer that says this program may open it), and waits for `migrate` when it is older.
 * @throws GatewayError `schema-newer`; `schema-older` after `waitMs`; or a storage error.
 */
export async function ensureDatabase(
  file: string,
  waitMs = 60_000,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const wanted = newestOf(migrations);
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    if (!existsSync(file) || readVersion(file) === 0) {
      migrate(file, migrations);
      return;
    }
    const version = readVersion(file);
    if (version >= wanted) {
      withDatabase(file, (db) => requireNotNewer(db, wanted));
      return;
    }
    if (performance.now() >= deadlineMs) {
      throw new GatewayError(
        'schema-older',
        `the database has schema ${version}, this program needs ${wanted}; run: pisang migrate`,
        { retry: 'later', context: { version } },
      );
    }
    await sleep(Math.min(250, Math.max(1, deadlineMs - performance.now())));
  }
}

function newestOf(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

export function userVersion(db: Connection): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function readVersion(file: string): number {
  return withDatabase(file, (db) => retryWhileBusy(() => userVersion(db)));
}

/** An older program may open a newer schema only where that schema's migration recorded it. */
function requireNotNewer(db: Connection, own: number): void {
  const version = userVersion(db);
  if (version <= own) {
    return;
  }
  const row = retryWhileBusy(() =>
    db.prepare('SELECT value FROM meta WHERE key = ?').get(`schema-${version}-opens-from`),
  ) as { value: string } | undefined;
  if (row === undefined || Number(row.value) > own) {
    throw new GatewayError(
      'schema-newer',
      `the database has schema ${version}, made by a newer version of pisang; this one knows ${own}: install the newer version again (nothing is lost), or set dataDir to another folder`,
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
