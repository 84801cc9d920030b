import type { WriterOptions } from './group.ts';
import { storageError, type WireError } from './storage-error.ts';
import type { Tx } from './tx.ts';
import type { Writer } from './writer.ts';

/** API processes that have the database open: those that stop properly take themselves out. */
type OpenBy = readonly { readonly pid: number; readonly bootId: string }[];
const KEY = 'api-open-by';

/**
 * Notes that this process has the database open; `uncleanStop` when an earlier one never said
 * goodbye. A disk that is full or read-only does not keep the process from starting: it is told.
 */
export function noteStart(
  writer: Writer,
  options: WriterOptions,
): { readonly uncleanStop: boolean; readonly trouble: WireError | null } {
  try {
    return { uncleanStop: exchangeNotes(writer, options), trouble: null };
  } catch (error) {
    return { uncleanStop: false, trouble: storageError(error, options.file, false) };
  }
}

function exchangeNotes(writer: Writer, options: WriterOptions): boolean {
  return writer.inTransaction(options.nowMs, (tx) => {
    tx.boot(options.bootId);
    if (options.visit) {
      // The mark of an unclean stop is for the next service, which has the database looked through.
      return false;
    }
    const others = readOpenBy(tx);
    const alive = others.filter((other) => isAlive(other.pid, other.bootId, options));
    writeOpenBy(tx, [...alive, { pid: options.pid, bootId: options.bootId }]);
    return alive.length < others.length;
  });
}

export function noteStop(writer: Writer, options: WriterOptions): void {
  if (options.visit) {
    return;
  }
  try {
    writer.inTransaction(options.nowMs, (tx) => {
      writeOpenBy(
        tx,
        readOpenBy(tx).filter((other) => other.pid !== options.pid),
      );
    });
  } catch {
    // A disk that cannot be written will be checked at the next start, as it should be.
  }
}

function isAlive(pid: number, bootId: string, options: WriterOptions): boolean {
  if (bootId !== options.bootId || pid === options.pid) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readOpenBy(tx: Tx): OpenBy {
  const row = tx.sql('SELECT value FROM meta WHERE key = ?').get(KEY) as
    | { value: string }
    | undefined;
  return row === undefined ? [] : (JSON.parse(row.value) as OpenBy);
}

function writeOpenBy(tx: Tx, openBy: OpenBy): void {
  tx.sql('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
    KEY,
    JSON.stringify(openBy),
  );
}
