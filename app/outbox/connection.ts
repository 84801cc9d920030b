import Database from 'better-sqlite3';
import { GatewayError } from '../domain/gateway-error.ts';
import { retryWhileBusy } from './retry-while-busy.ts';

export type Connection = Database.Database;
export type Statement = Database.Statement;

/**
 * A commit writes every page it touched, and an enqueue touches seven. Measured on ext4, octets
 * written per message, alone and in groups of 100: 33,000 and 2,390 with pages of 4,096; 20,600 and
 * 1,820 with 2,048; 14,300 and 1,530 with 1,024, at the same rate. A card wears by these octets.
 */
export const PAGE_BYTES: number = 1_024;
/** Octets of page cache a connection may hold; the hot ends of the indexes need far less. */
const CACHE_KIB = 2048;
/** The WAL file is kept at this size and written over, so that a commit rarely grows a file. */
const WAL_KEEP_BYTES = 8 * 1024 * 1024;

/**
 * Opens the outbox for writing: WAL, every commit synced. SQLite falls back to a weaker setting
 * without an error, so each pragma that the promises rest on is read back.
 * @throws GatewayError `storage-not-durable` when a setting did not hold.
 */
export function openWriter(file: string): Connection {
  const db = new Database(file, { timeout: 0 });
  try {
    // Only has an effect on a file that is still empty.
    db.pragma(`page_size = ${PAGE_BYTES}`);
    retryWhileBusy(() => db.pragma('journal_mode = WAL'));
    db.pragma(`synchronous = ${wantedSynchronous(process.env)}`);
    db.pragma('foreign_keys = ON');
    db.pragma('wal_autocheckpoint = 0');
    db.pragma(`journal_size_limit = ${WAL_KEEP_BYTES}`);
    db.pragma(`cache_size = -${CACHE_KIB}`);
    db.pragma('mmap_size = 0');
    db.pragma('temp_store = MEMORY');
    requireSetting(db, 'journal_mode', 'wal');
    requireSetting(db, 'synchronous', SYNCHRONOUS_LEVELS.indexOf(wantedSynchronous(process.env)));
    requireSetting(db, 'foreign_keys', 1);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens the outbox for reading; sees each commit as soon as it is there. */
export function openReader(file: string): Connection {
  const db = new Database(file, { timeout: 0, readonly: true });
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma('mmap_size = 0');
  db.pragma('query_only = ON');
  db.pragma('temp_store = MEMORY');
  return db;
}

const SYNCHRONOUS_LEVELS = ['OFF', 'NORMAL', 'FULL', 'EXTRA'];

/** FULL, except where the durability test needs a control that fails. */
function wantedSynchronous(env: NodeJS.ProcessEnv): string {
  const override = env['PISANG_TEST_SYNCHRONOUS'];
  return env['PISANG_TEST_HOOKS'] === '1' &&
    override !== undefined &&
    SYNCHRONOUS_LEVELS.includes(override)
    ? override
    : 'FULL';
}

function requireSetting(db: Connection, pragma: string, wanted: string | number): void {
  const actual: unknown = db.pragma(pragma, { simple: true });
  if (actual !== wanted) {
    throw new GatewayError(
      'storage-not-durable',
      `SQLite did not accept ${pragma} = ${wanted} (it is ${String(actual)}); nothing was opened`,
      { retry: 'never' },
    );
  }
}
