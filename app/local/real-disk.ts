import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Disk } from '../domain/disk.ts';

const LOST = 'lost+found';
/** Each try removes what others, such as the log, put there during the one before. */
const TRIES = 10;
/** Longest file that is read from the card. */
const READ_LIMIT_BYTES = 1_048_576;

export const REAL_DISK: Disk = {
  read: (path, limitBytes = READ_LIMIT_BYTES) => {
    try {
      const data = readFileSync(path);
      return data.subarray(0, limitBytes + 1);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') {
        return null;
      }
      if (code === 'EISDIR') {
        return Buffer.alloc(0);
      }
      throw error;
    }
  },
  write: (path, data, mode) => {
    // Never through a link, or into a file, that the folder's owner may have put there: root writes here.
    rmSync(path, { force: true });
    const file = openSync(path, 'wx', mode);
    try {
      writeAll(file, data);
      asItsFolder(file, dirname(path), mode);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  rename: (from, to) => {
    renameSync(from, to);
    syncFolder(dirname(to));
  },
  overwrite: (path, data) => {
    const file = openSync(path, 'r+');
    try {
      writeAll(file, data);
      ftruncateSync(file, data.length);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  remove: (path) => {
    rmSync(path, { force: true });
    syncFolder(dirname(path));
  },
  makeFolder: (path, mode) => {
    if (mkdirSync(path, { recursive: true, mode }) !== undefined) {
      chmodSync(path, mode);
    }
  },
  empty: (path, last) => {
    removeInside(path, [LOST, last]);
    // e2fsck puts there what it can not place: it may be anything that was stored.
    removeInside(join(path, LOST), []);
    syncFolder(path);
    rmSync(join(path, last), { force: true });
    syncFolder(path);
  },
};

function removeInside(folder: string, kept: readonly string[]): void {
  if (!existsSync(folder)) {
    return;
  }
  for (const name of readdirSync(folder).filter((each) => !kept.includes(each))) {
    for (let tries = TRIES; tries > 0; tries -= 1) {
      try {
        rmSync(join(folder, name), { recursive: true, force: true });
        break;
      } catch (error) {
        if (tries === 1 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') {
          throw error;
        }
      }
    }
  }
}

function writeAll(file: number, data: Uint8Array): void {
  for (let done = 0; done < data.length; ) {
    done += writeSync(file, data, done, data.length - done, done);
  }
}

/** Root writes for the services' user. FAT knows neither owner nor mode, and refuses both. */
function asItsFolder(file: number, folder: string, mode: number): void {
  const { uid, gid } = statSync(folder);
  try {
    fchmodSync(file, mode);
    if (process.getuid?.() === 0) {
      fchownSync(file, uid, gid);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') {
      throw error;
    }
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    // Some file systems have no such call for folders.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') {
      throw error;
    }
  } finally {
    closeSync(folder);
  }
}
