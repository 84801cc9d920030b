import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** What `make image` left. */
export const OUT: string = 'build/image';
/** U-Boot for each board and for QEMU's virt machine, as `make image` unpacked them. */
export const FIRMWARE: string = join(OUT, '.firmware');
/** Sectors 512 bytes, as in image/pins.sh. */
export const FAT_START = 8192;
export const SLOT_START = 139264;
export const SLOT_SECTORS: number = 1024 * 2048;

/** The image of board `bananapi`. */
export function builtImage(): string {
  const version = JSON.parse(execFileSync('cat', ['package.json'], { encoding: 'utf8' })).version;
  const image = join(OUT, `pisang-${version}-bananapi.img`);
  if (!existsSync(image)) throw new Error(`${image} is missing; run: make image BOARD=bananapi`);
  return image;
}

/**
 * A copy of the image as a card of 4 GB (QEMU takes powers of two only), with another U-Boot where `board` is given;
 * removed with its folder after the test.
 */
export function card(
  t: TestContext,
  board?: string,
): { readonly file: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-image-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'card.img');
  execFileSync('cp', ['--sparse=always', builtImage(), file]);
  execFileSync('truncate', ['-s', '4G', file]);
  if (board !== undefined) {
    const blob = join(FIRMWARE, 'uboot', board, 'u-boot-sunxi-with-spl.bin');
    execFileSync('dd', [
      `if=${blob}`,
      `of=${file}`,
      'bs=1024',
      'seek=8',
      'conv=notrunc',
      'status=none',
    ]);
  }
  return { file, folder };
}
