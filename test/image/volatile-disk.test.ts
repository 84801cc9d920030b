import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NbdClient } from './nbd-client.ts';
import { VolatileDisk } from './volatile-disk.ts';

const BLOCK = 65_536;

function block(content: string): Buffer {
  return Buffer.alloc(BLOCK, content);
}

test('a cut leaves what was flushed on the card, and nothing that was not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-disk-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'card');
  writeFileSync(file, Buffer.alloc(16 * BLOCK));
  const disk = await VolatileDisk.attach(file, folder);
  t.after(() => disk.cutPower());
  const client = await NbdClient.connect(disk.socket);
  t.after(() => client.close());
  await client.write(0, block('a'));
  await client.write(8 * BLOCK, block('b'));
  await client.flush();
  await client.write(4 * BLOCK, block('c'));
  await client.write(8 * BLOCK, block('d'));
  assert.deepEqual(await client.read(4 * BLOCK, BLOCK), block('c'), 'the guest sees what it wrote');
  await disk.cutPower();
  const card = readFileSync(file);
  const at = (number: number): Buffer => card.subarray(number * BLOCK, (number + 1) * BLOCK);
  assert.ok(at(0).equals(block('a')), 'flushed');
  assert.ok(at(8).equals(block('b')), 'flushed, then written over');
  assert.ok(at(4).equals(block('\0')), 'never flushed');
});
