import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { GatewayError } from '../domain/gateway-error.ts';
import { freeBytesOf } from './free-space.ts';

/** What of an error survives the way from a thread to the event loop. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retry: 'safe' | 'later' | 'never' | 'unknown-outcome';
}

/** SQLite's extended result code of an error, or '' (https://sqlite.org/rescode.html). */
export function sqliteCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
}

export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return (
    code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || code === 'SQLITE_PROTOCOL'
  );
}

/**
 * Names what went wrong with the storage, from SQLite's result code and, for an I/O error, from
 * what the file system says about its folder. `atCommit`: COMMIT was reached, so that only a full
 * disk (the commit frame was not written) leaves the outcome known.
 */
export function storageError(error: unknown, file: string, atCommit: boolean): WireError {
  const code = sqliteCode(error);
  const reason = `${code} ${error instanceof Error ? error.message : String(error)}`.trim();
  if (code === 'SQLITE_FULL') {
    return { code: 'storage-full', message: 'the disk is full', retry: 'later' };
  }
  if (atCommit) {
    return {
      code: 'commit-unknown',
      message: `the commit failed, its outcome is unknown (${reason})`,
      retry: 'unknown-outcome',
    };
  }
  const hindrance = writeHindrance(file);
  if (code.startsWith('SQLITE_READONLY') || hindrance === 'EROFS') {
    return {
      code: 'storage-read-only',
      message:
        hindrance === 'EACCES'
          ? notAllowed(file)
          : `the disk of ${file} is read-only; the kernel's log says why (dmesg), and a card that fails must be replaced`,
      retry: 'later',
    };
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return {
      code: 'storage-damaged',
      message: `the database file ${file} is damaged; stop pisang and run: pisang migrate (it keeps this file and saves what can be saved)`,
      retry: 'never',
    };
  }
  // SQLite names a shared-memory file that cannot grow an I/O error (SQLITE_IOERR_SHMSIZE).
  if (code.startsWith('SQLITE_IOERR') && hasNoRoom(file)) {
    return { code: 'storage-full', message: `the disk of ${file} is full`, retry: 'later' };
  }
  if (isBusy(error)) {
    return { code: 'queue-busy', message: 'the database stayed locked', retry: 'later' };
  }
  return {
    code: 'storage-failing',
    message:
      hindrance === 'EACCES' ? notAllowed(file) : `the database cannot be written (${reason})`,
    retry: 'later',
  };
}

function notAllowed(file: string): string {
  return `this user may not write ${file} or its folder; run as their owner, or give them to this user (chown)`;
}

/** Less than SQLite needs to open a database, its WAL and its shared memory. */
const NO_ROOM_BYTES = 256 * 1024;

function hasNoRoom(file: string): boolean {
  const freeBytes = freeBytesOf(dirname(file));
  return freeBytes !== null && freeBytes < NO_ROOM_BYTES;
}

/** What keeps this process from writing the file or beside it (EROFS, EACCES), or null. */
function writeHindrance(file: string): string | null {
  for (const path of [dirname(file), file]) {
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'EROFS' || code === 'EACCES') {
        return code;
      }
    }
  }
  return null;
}

export function toWire(error: unknown): WireError {
  return error instanceof GatewayError
    ? { code: error.code, message: error.message, retry: error.retry }
    : {
        code: 'outbox-fault',
        message: error instanceof Error ? error.message : String(error),
        retry: 'never',
      };
}

export function fromWire(wire: WireError): GatewayError {
  return new GatewayError(wire.code, wire.message, { retry: wire.retry });
}
