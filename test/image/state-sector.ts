import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Bytes of the slot state: one sector. */
const SECTOR_BYTES = 512;
/** Sectors of the slot state and of its copy (image/pins.sh). */
export const STATE_SECTOR = 6144;
export const STATE_BACKUP = 7168;

/** Variables of the slot state, as image/boot.cmd names them; its numbers are hexadecimal. */
export type SlotState = Readonly<Record<string, string>>;

/** The sector as U-Boot's `env import -c` takes it: CRC-32 (little-endian) of the rest, then name=value, NUL. */
export function encodeState(state: SlotState): Buffer {
  const sector = Buffer.alloc(SECTOR_BYTES);
  const pairs = Object.entries(state).map(([name, value]) => `${name}=${value}\0`);
  sector.write(`${pairs.join('')}\0`, 4, 'latin1');
  sector.writeUInt32LE(crc32(sector.subarray(4)), 0);
  return sector;
}

/** The variables of a sector, or null when its checksum is wrong. */
export function decodeState(sector: Buffer): SlotState | null {
  const body = sector.subarray(4, SECTOR_BYTES);
  if (sector.readUInt32LE(0) !== crc32(body)) return null;
  const pairs = (body.toString('latin1').split('\0\0')[0] ?? '').split('\0');
  return Object.fromEntries(
    pairs.filter((pair) => pair.includes('=')).map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
  );
}

export function writeSector(image: string, sector: number, bytes: Buffer): void {
  const file = openSync(image, 'r+');
  try {
    writeSync(file, bytes, 0, bytes.length, sector * SECTOR_BYTES);
  } finally {
    closeSync(file);
  }
}

export function readSector(image: string, sector: number): Buffer {
  const file = openSync(image, 'r');
  try {
    const bytes = Buffer.alloc(SECTOR_BYTES);
    readSync(file, bytes, 0, SECTOR_BYTES, sector * SECTOR_BYTES);
    return bytes;
  } finally {
    closeSync(file);
  }
}
