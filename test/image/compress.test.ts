import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const CHUNK = 1 << 20;
const OPTIONS = ['-0', '-T2', '--block-size=1MiB'];

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-xz-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function xzFile(folder: string, name: string, bytes: Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, execFileSync('xz', OPTIONS, { input: bytes, maxBuffer: 1 << 28 }));
  return file;
}

const joinInto = (
  out: string,
  parts: readonly string[],
): { status: number | null; stderr: string } =>
  spawnSync('node', ['image/steps/xz-join.mjs', out, ...parts], { encoding: 'utf8' });

function unpacked(file: string): Buffer {
  return execFileSync('xz', ['-dc', file], { maxBuffer: 1 << 28 });
}

test('joined parts are one stream that unpacks to all of them, in order', (t) => {
  const folder = folderFor(t);
  const parts = [
    randomBytes(3 * CHUNK + 17),
    Buffer.alloc(5 * CHUNK),
    Buffer.alloc(0),
    Buffer.from('x'),
  ];
  const files = parts.map((bytes, index) => xzFile(folder, `${index}.xz`, bytes));
  const out = join(folder, 'out.xz');
  assert.equal(joinInto(out, files).status, 0);
  assert.ok(unpacked(out).equals(Buffer.concat(parts)));
  assert.match(execFileSync('xz', ['--robot', '-l', out], { encoding: 'utf8' }), /^file\t1\t10\t/m);
});

for (const [what, spoil] of [
  ['of two streams', (bytes) => Buffer.concat([bytes, bytes])],
  ['that was cut short', (bytes) => bytes.subarray(0, -100)],
  ['of another kind', () => Buffer.alloc(100)],
] satisfies [string, (bytes: Buffer) => Buffer][]) {
  test(`a file ${what} is not joined`, (t) => {
    const folder = folderFor(t);
    const file = xzFile(folder, 'a.xz', randomBytes(2 * CHUNK));
    writeFileSync(file, spoil(readFileSync(file)));
    assert.notEqual(joinInto(join(folder, 'out.xz'), [file]).status, 0);
  });
}

test('of a changed file only the changed chunks are packed again, and equal ones once', (t) => {
  const folder = folderFor(t);
  const kept = join(folder, 'kept');
  const pack = (bytes: Buffer): string[] =>
    execFileSync('node', ['image/steps/xz-chunks.mjs', kept, String(CHUNK), ...OPTIONS], {
      input: bytes,
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
  const before = Buffer.concat([randomBytes(3 * CHUNK), Buffer.alloc(4 * CHUNK), randomBytes(99)]);
  const first = pack(before);
  assert.equal(first.length, 8);
  assert.equal(readdirSync(kept).length, 5, 'three, one for all zeros, the last');
  const after = Buffer.from(before);
  after[CHUNK + 5] = (after[CHUNK + 5] ?? 0) ^ 1;
  const second = pack(after);
  assert.deepEqual(
    second.map((file, index) => file === first[index]),
    [true, false, true, true, true, true, true, true],
  );
  assert.equal(readdirSync(kept).length, 6);
  const out = join(folder, 'out.xz');
  assert.equal(joinInto(out, second).status, 0);
  assert.ok(unpacked(out).equals(after));
});
