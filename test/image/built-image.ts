import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** What `make image` left. */
const OUT: string = 'build/image';
/** A file of U-Boot for a board or for QEMU's virt machine (`qemu_arm`), as `make image` unpacked it. */
export function firmware(board: string, file: string): string {
  return join(readFileSync(join(OUT, '.firmware'), 'utf8').trim(), 'uboot', board, file);
}
/** Sectors 512 bytes, as in image/pins.sh. */
export const FAT_START = 8192;
export const SLOT_START = 139264;
export const SLOT_SECTORS: number = 1024 * 2048;
export const DATA_START: number = SLOT_START + 2 * SLOT_SECTORS;

/** Which image the tests look at: a board of image/pins.boards. */
export const BOARD: string = process.env['PISANG_BOARD'] ?? 'bananapi';
/** What its Debian or Armbian base adds to its name: empty, or `-armbian`. */
export const BASE: string = process.env['PISANG_BASE'] ?? '';

/** The image of `BOARD`. */
export function builtImage(): string {
  const version = JSON.parse(readFileSync('package.json', 'utf8')).version;
  const image = join(OUT, `pisang-${version}-${BOARD}${BASE}.img`);
  if (!existsSync(image)) throw new Error(`${image} is missing; run: make image BOARD=${BOARD}`);
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
    const blob = firmware(board, 'u-boot-sunxi-with-spl.bin');
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
