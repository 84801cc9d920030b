import type { Connection } from '../connection.ts';
import { openReader } from '../connection.ts';
import { recoverLines } from './recover-lines.ts';

/** Rows that are made anew rather than saved. */
const OWN_ROWS = "DELETE FROM meta WHERE key = 'api-open-by'";
/** Rows in one transaction: enough to be fast, few enough for a small WAL. */
const BATCH = 2_000;

/** Fills the empty database `into` with what can be read of the damaged `file`. */
export async function salvage(file: string, into: Connection): Promise<void> {
  const tables = tablesOf(into);
  const load = loader(into, new Set(tables));
  // The row of a new database would stand in the way of the saved one.
  into.exec('DELETE FROM counters');
  const whole = await recoverLines(file, load.line);
  if (!whole || load.rows() === 0) {
    readDirectly(file, into, tables, load.tick);
  }
  load.end();
  into.exec('INSERT OR IGNORE INTO counters (one) VALUES (1)');
  into.exec(OWN_ROWS);
}

function tablesOf(db: Connection): readonly string[] {
  return db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
}

interface Loader {
  readonly line: (line: string) => void;
  /** One more row, for the size of the transactions. */
  readonly tick: () => void;
  readonly rows: () => number;
  readonly end: () => void;
}

/**
 * Takes the shell's INSERT lines and nothing else; each is one statement, with line ends in texts
 * written as char(10). A row that breaks a rule of its table is damaged, and left out.
 */
function loader(db: Connection, tables: ReadonlySet<string>): Loader {
  let rows = 0;
  const tick = (): void => {
    rows += 1;
    if (rows % BATCH === 0) {
      db.exec('COMMIT; BEGIN');
    }
  };
  db.exec('BEGIN');
  return {
    line: (line) => {
      const table = /^INSERT OR IGNORE INTO '(\w+)'\(/.exec(line)?.[1];
      if (table === undefined || !tables.has(table)) {
        return;
      }
      try {
        db.prepare(line).run();
        tick();
      } catch {
        // Half a row, or a value of another type.
      }
    },
    tick,
    rows: () => rows,
    end: () => {
      db.exec('COMMIT');
    },
  };
}

/**
 * Without such a shell: what SQLite itself can still reach, from the beginning of each table to the
 * first damaged page, and from its end back to the last one.
 */
function readDirectly(
  file: string,
  into: Connection,
  tables: readonly string[],
  tick: () => void,
): void {
  let from: Connection;
  try {
    from = openReader(file);
  } catch {
    return;
  }
  try {
    for (const table of tables) {
      for (const order of ['ASC', 'DESC']) {
        copyRows(from, into, table, order, tick);
      }
    }
  } finally {
    from.close();
  }
}

function copyRows(
  from: Connection,
  into: Connection,
  table: string,
  order: string,
  tick: () => void,
): void {
  try {
    const info = into.pragma(`table_info("${table}")`) as { name: string; pk: number }[];
    const names = info.map(({ name }) => `"${name}"`).join(', ');
    const key = info
      .filter(({ pk }) => pk > 0)
      .sort((a, b) => a.pk - b.pk)
      .map(({ name }) => `"${name}" ${order}`)
      .join(', ');
    const insert = into.prepare(
      `INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${info.map(() => '?').join(', ')})`,
    );
    const rows = from
      .prepare(`SELECT ${names} FROM "${table}" ORDER BY ${key}`)
      .raw()
      .safeIntegers()
      .iterate() as IterableIterator<unknown[]>;
    for (const row of rows) {
      try {
        insert.run(row);
        tick();
      } catch {
        // As above.
      }
    }
  } catch {
    // A damaged page ends this direction.
  }
}
