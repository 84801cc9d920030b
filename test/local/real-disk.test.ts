import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { REAL_DISK } from '../../app/local/real-disk.ts';

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-disk-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a partition that was emptied holds nothing, what e2fsck had found included', (t) => {
  const folder = newFolder(t);
  for (const place of ['app', 'system/log/journal', 'lost+found/#13']) {
    mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, place, 'kept'), 'x');
  }
  writeFileSync(join(folder, 'lost+found/#12'), 'part of a database');
  writeFileSync(join(folder, 'mark'), 'x');
  REAL_DISK.empty(folder, 'mark');
  assert.deepEqual(readdirSync(folder, { recursive: true }), ['lost+found']);
});

test('a file is written in the place of what its folder’s owner put there, never through a link', (t) => {
  const folder = newFolder(t);
  const elsewhere = join(folder, 'elsewhere');
  writeFileSync(elsewhere, 'not ours', { mode: 0o644 });
  symlinkSync(elsewhere, join(folder, 'written'));
  REAL_DISK.write(join(folder, 'written'), Buffer.from('ours'), 0o600);
  assert.equal(readFileSync(elsewhere, 'utf8'), 'not ours');
  assert.equal(statSync(elsewhere).mode & 0o777, 0o644);
  assert.equal(readFileSync(join(folder, 'written'), 'utf8'), 'ours');
  assert.equal(statSync(join(folder, 'written')).mode & 0o777, 0o600);
});

test('a folder in the place of a file is a file that holds nothing', (t) => {
  const folder = newFolder(t);
  mkdirSync(join(folder, 'pisang.json'));
  assert.equal(REAL_DISK.read(join(folder, 'pisang.json'))?.length, 0);
  assert.equal(REAL_DISK.read(join(folder, 'password.txt')), null);
  assert.equal(existsSync(join(folder, 'password.txt')), false);
});
