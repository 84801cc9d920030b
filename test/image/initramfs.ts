import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ZSTD_MAGIC = Buffer.from('28b52ffd', 'hex');

/**
 * Names of the files in an initramfs as initramfs-tools makes it: perhaps an uncompressed cpio archive (it puts
 * compressed modules there), then one compressed with zstd.
 */
export function initramfsFiles(path: string): string[] {
  const whole = readFileSync(path);
  const packed = whole.indexOf(ZSTD_MAGIC, Math.max(0, whole.indexOf('TRAILER!!!')));
  const plain = whole.subarray(0, Math.max(0, packed));
  const unpacked = execFileSync('zstd', ['-dc'], {
    input: whole.subarray(packed),
    maxBuffer: 1 << 28,
  });
  const list = (input: Buffer): string[] =>
    input.length === 0
      ? []
      : execFileSync('cpio', ['-t', '--quiet'], {
          input,
          encoding: 'utf8',
          maxBuffer: 1 << 26,
        }).split('\n');
  return [...list(plain), ...list(unpacked)];
}
