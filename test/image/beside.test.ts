import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BOARD, builtImage, SLOT_SECTORS, SLOT_START } from './built-image.ts';

const image = builtImage();
const manifest = readFileSync(image.replace(/img$/, 'manifest'), 'utf8');

interface Part {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}
const bill = JSON.parse(readFileSync(image.replace(/img$/, 'cdx.json'), 'utf8'));
const parts: readonly Part[] = bill.components;

/** A file of slot A, read out of the image. */
function inSlot(command: string): string {
  const at = `${image}?offset=${SLOT_START * 512}`;
  return execFileSync('/usr/sbin/debugfs', ['-R', command, at], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

test('the map has every block that matters, so that a card that was used before is written well', (t) => {
  const bmap = readFileSync(`${image}.bmap`, 'utf8');
  const written = [...bmap.matchAll(/<Range chksum="\w+"> (\d+)(?:-(\d+))? <\/Range>/g)].map(
    ([, from, to = from]) => [Number(from), Number(to)] as const,
  );
  const isWritten = (from: number, to: number): boolean =>
    written.some(([first, last]) => first <= from && to <= last);
  const block = (sector: number): number => sector / 8;
  assert.ok(isWritten(block(16), block(SLOT_START) - 1), 'U-Boot, slot state and PISANG');
  const b = SLOT_START + SLOT_SECTORS;
  assert.ok(isWritten(block(b), block(b) + 255), 'the beginning of slot B');
  const folder = mkdtempSync(join(tmpdir(), 'pisang-parts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const part = join(folder, 'part');
  for (const [sector, count] of [
    [SLOT_START, SLOT_SECTORS],
    [SLOT_START + 2 * SLOT_SECTORS, 131072],
  ] as const) {
    const from = [`skip=${sector * 512}`, `count=${count * 512}`, 'iflag=skip_bytes,count_bytes'];
    const how = ['bs=1M', 'conv=sparse', 'status=none'];
    execFileSync('dd', [`if=${image}`, `of=${part}`, ...from, ...how]);
    const said = execFileSync('/usr/sbin/dumpe2fs', [part], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.match(said, /^Block size: +4096$/m);
    const free = [...said.matchAll(/^ {2}Free blocks: (.+)$/gm)]
      .flatMap(([, ranges = '']) => ranges.split(', '))
      .map((range) => range.split('-').map(Number));
    let used = 0;
    for (const [first = 0, last = first] of free) {
      if (first > used)
        assert.ok(isWritten(block(sector) + used, block(sector) + first - 1), `${used}–${first}`);
      used = last + 1;
    }
  }
});

test('the manifest names board, versions and every Debian package', () => {
  assert.match(manifest, new RegExp(`^board=${BOARD}$`, 'm'));
  for (const line of [/^commit=\w+/m, /^kernel=6\./m, /^uBoot=./m, /^package=nodejs=20\./m]) {
    assert.match(manifest, line);
  }
});

test('the bill of materials is CycloneDX 1.5: each part typed, named, versioned, with an own reference', () => {
  assert.equal(bill.bomFormat, 'CycloneDX');
  assert.equal(bill.specVersion, '1.5');
  assert.equal(bill.version, 1);
  assert.equal(bill.metadata.component.type, 'firmware');
  for (const part of parts) {
    assert.match(part.type, /^(library|firmware)$/);
    assert.ok(part.name.length > 0 && part.version.length > 0, part['bom-ref']);
    assert.match(part.purl, /^pkg:(deb\/debian|npm|generic)\/[^@\s]+@[^@\s]+$/);
    for (const { alg, content } of part.hashes ?? []) {
      assert.equal(alg, 'SHA-512');
      assert.match(content, /^[0-9a-f]{128}$/);
    }
  }
  assert.equal(new Set(parts.map((part) => part['bom-ref'])).size, parts.length);
  assert.equal(parts.filter((part) => part.name === 'u-boot').length, 1);
});

test('the bill names exactly the Debian packages that the slot says are installed', () => {
  const installed = inSlot('cat /var/lib/dpkg/status')
    .split('\n\n')
    .filter((paragraph) => /^Status: install ok installed$/m.test(paragraph))
    .map((paragraph) => /^Package: (.*)$/m.exec(paragraph)?.[1] ?? '');
  const named = parts.filter(({ purl }) => purl.startsWith('pkg:deb/')).map(({ name }) => name);
  assert.ok(installed.includes('nodejs') && installed.length > 100);
  assert.deepEqual(named.sort(), installed.sort());
});

test('the bill names exactly the npm packages that lie in the slot', () => {
  /** Folders below `at`, and below its scopes. */
  const packagesIn = (at: string): string[] =>
    inSlot(`ls -p ${at}`)
      .split('\n')
      .map((line) => line.split('/')[5] ?? '')
      .filter((name) => /^[@a-z]/.test(name))
      .flatMap((name) =>
        name.startsWith('@') && !at.includes('@')
          ? packagesIn(`${at}/${name}`).map((inner) => `${name}/${inner}`)
          : [name],
      );
  const lying = packagesIn('/usr/lib/pisang/node_modules');
  const named = parts
    .filter(({ 'bom-ref': ref }) => /^pkg:npm\/[^#]*#node_modules\/[^#]*$/.test(ref))
    .filter(({ 'bom-ref': ref }) => ref.split('node_modules/').length === 2)
    .map(({ name }) => name);
  assert.deepEqual(named.sort(), lying.sort());
  const { version } = JSON.parse(inSlot('cat /usr/lib/pisang/node_modules/fastify/package.json'));
  assert.equal(parts.find(({ name }) => name === 'fastify')?.version, version);
});
