import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STICK_VENDORS } from './port-preferences.ts';

/** USB class of disks and CD drives (USB class codes, base class 08h). */
const MASS_STORAGE = '08';

/**
 * Modem sticks that still show nothing but the CD drive with their drivers: USB devices of a maker of
 * modems, all of whose interfaces are storage. `12d1:1446 HUAWEI Mobile`, for sentences. `root` is
 * `/` but in tests.
 */
export async function storageSticks(root = '/'): Promise<readonly string[]> {
  const folder = join(root, 'sys/bus/usb/devices');
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const name of names.filter((one) => !one.includes(':'))) {
    const vendorId = await text(join(folder, name, 'idVendor'));
    if (vendorId === null || !STICK_VENDORS.has(vendorId)) {
      continue;
    }
    const classes = await Promise.all(
      names
        .filter((one) => one.startsWith(`${name}:`))
        .map((one) => text(join(folder, one, 'bInterfaceClass'))),
    );
    if (classes.length > 0 && classes.every((one) => one === MASS_STORAGE)) {
      const words = [
        `${vendorId}:${(await text(join(folder, name, 'idProduct'))) ?? '????'}`,
        await text(join(folder, name, 'manufacturer')),
        await text(join(folder, name, 'product')),
      ];
      found.push(words.filter((word) => word !== null).join(' '));
    }
  }
  return found.sort((a, b) => a.localeCompare(b));
}

async function text(path: string): Promise<string | null> {
  const found = await readFile(path, 'utf8').catch(() => '');
  return found.trim() === '' ? null : found.trim();
}
