import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storageSticks } from '../../app/link/storage-sticks.ts';

test('only a maker of modems with nothing but storage counts', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'pisang-'));
  t.after(() => rmSync(root, { recursive: true }));
  const device = (name: string, ids: string, classes: readonly string[], product = ''): void => {
    const folder = join(root, 'sys/bus/usb/devices');
    mkdirSync(join(folder, name), { recursive: true });
    const [vendor = '', productId = ''] = ids.split(':');
    writeFileSync(join(folder, name, 'idVendor'), `${vendor}\n`);
    writeFileSync(join(folder, name, 'idProduct'), `${productId}\n`);
    if (product !== '') {
      writeFileSync(join(folder, name, 'product'), `${product}\n`);
    }
    for (const [index, usbClass] of classes.entries()) {
      mkdirSync(join(folder, `${name}:1.${index}`), { recursive: true });
      writeFileSync(join(folder, `${name}:1.${index}`, 'bInterfaceClass'), `${usbClass}\n`);
    }
  };
  assert.deepEqual(await storageSticks(root), []);
  device('usb1', '1d6b:0002', ['09']);
  device('1-1', '0781:5567', ['08'], 'a memory stick');
  device('1-2', '12d1:1001', ['ff', 'ff', 'ff', '08'], 'switched, with its memory card');
  device('1-3', '12d1:1446', ['08', '08'], 'HUAWEI Mobile');
  device('1-4.1', '19d2:2000', ['08']);
  device('1-5', '19d2:0031', []);
  assert.deepEqual(await storageSticks(root), ['12d1:1446 HUAWEI Mobile', '19d2:2000']);
});
