import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { BASE, BOARD, builtImage } from './built-image.ts';

const image = builtImage();
const xz = `${image}.xz`;
const manifestFile = image.replace(/img$/, 'manifest');
const manifest = readFileSync(manifestFile, 'utf8');

async function sha256(file: string): Promise<string> {
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(file)) sum.update(chunk);
  return sum.digest('hex');
}

test('the .xz is small, one stream, right by its .sha256, and bmaptool writes the image from it', async (t) => {
  assert.ok(statSync(xz).size <= 150_000_000);
  const list = execFileSync('xz', ['--robot', '--list', xz], { encoding: 'utf8' });
  assert.match(list, /^file\t1\t/m, 'one stream');
  execFileSync('sha256sum', ['-c', '--quiet', `${basename(xz)}.sha256`], { cwd: dirname(xz) });
  execFileSync('sh', ['-c', `xz -dc '${xz}' | cmp - '${image}'`]);
  const folder = mkdtempSync(join(tmpdir(), 'pisang-card-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const card = join(folder, 'card');
  // bmaptool checks the map's own checksum and that of each range.
  execFileSync('bmaptool', ['copy', '--bmap', `${image}.bmap`, xz, card], { stdio: 'pipe' });
  const sum = await sha256(card);
  assert.equal(sum, await sha256(image));
  assert.match(manifest, new RegExp(`^imageSha256=${sum}$`, 'm'));
});

test('an image for release is not replaced by one that takes other updates', {
  skip: BASE !== '',
}, (t) => {
  t.after(() => writeFileSync(manifestFile, manifest));
  writeFileSync(manifestFile, manifest.replace(/^updates=.*$/m, 'updates=release'));
  const { SIGN_KEY: _key, SIGN_CA: _ca, ...env } = process.env;
  const argv = ['image/build', BOARD, 'debian', 'raw'] as const;
  const { status, stderr } = spawnSync('bash', argv, { env, encoding: 'utf8' });
  assert.equal(status, 65, stderr);
  assert.match(stderr, /is a release; it is not replaced by a development-signed image\. Move it/);
  assert.ok(statSync(image).size > 0);
});
