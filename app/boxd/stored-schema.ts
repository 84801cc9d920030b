import { closeSync, openSync, readSync } from 'node:fs';

/** `user_version` in the header of an SQLite file (file format §1.3). */
const OFFSET = 60;

/** The schema of the database as it lies there, without opening it; 0 where it cannot be read. */
export function storedSchema(file: string): number {
  const octets = Buffer.alloc(4);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, octets, 0, octets.length, OFFSET);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return 0;
  }
  return octets.readUInt32BE();
}
