import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cacheSharing } from './step-cache.ts';

const DTB = 'sun7i-a20-bananapi.dtb';
const PARTITION_START = 8192;
const MIB = 1 << 20;

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-base-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What the step says when it is given this file; it must refuse it. */
function refusal(folder: string, file: string): string {
  const cache = join(folder, 'cache');
  // The package lists, which an image's build has read before it looks at its base.
  cacheSharing(cache, (name, isStep) => isStep && name.startsWith('apt-'));
  const run = spawnSync('image/steps/armbian', [file, DTB], {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  assert.notEqual(run.status, 0);
  assert.equal(run.stdout, '', 'no folder is named');
  return run.stderr;
}

/** An ARM zImage as far as its magic number goes (Linux, arch/arm/boot/compressed/head.S). */
function zImage(): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(0x016f2818, 36);
  return bytes;
}

const TREE: Readonly<Record<string, string | Buffer>> = {
  'var/lib/dpkg/status': 'Package: dpkg\nStatus: install ok installed\nArchitecture: armhf\n',
  'etc/os-release': 'VERSION_CODENAME=trixie\n',
  'etc/armbian-release': 'VERSION=25.11.1\n',
  'boot/vmlinuz-6.12': zImage(),
  'usr/lib/modules/6.12/modules.dep': '',
};

/** A disk image with these files in its ext4 partition; null takes one away. */
function disk(
  folder: string,
  change: Readonly<Record<string, string | Buffer | null>> = {},
  uboot = `....eGON.BT0.... ${DTB} U-Boot 2025.01-armbian `,
): string {
  const tree = join(folder, 'tree');
  for (const [path, text] of Object.entries({ ...TREE, ...change })) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    if (text !== null) writeFileSync(join(tree, path), text);
  }
  const part = join(folder, 'part');
  execFileSync('/usr/sbin/mke2fs', [
    '-q',
    '-t',
    'ext4',
    '-L',
    'armbi_root',
    '-d',
    tree,
    part,
    '8M',
  ]);
  return table(folder, `label: dos\nstart=${PARTITION_START}, type=83\n`, uboot, part);
}

function table(folder: string, script: string, uboot: string, part?: string): string {
  const file = join(folder, 'base.img');
  execFileSync('truncate', ['-s', String(16 * MIB), file]);
  execFileSync('/usr/sbin/sfdisk', ['-q', file], { input: script });
  if (part !== undefined) {
    const at = ['bs=512', `seek=${PARTITION_START}`, 'conv=notrunc', 'status=none'];
    execFileSync('dd', [`if=${part}`, `of=${file}`, ...at]);
  }
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.from(uboot), 0, uboot.length, 8192);
  closeSync(handle);
  return file;
}

const NO_UBOOT = '';
const CASES: readonly (readonly [string, (folder: string) => string, RegExp])[] = [
  [
    'a file that is not there',
    (folder) => join(folder, 'none.img'),
    /there is no such file; BASE is debian, or the path/,
  ],
  [
    'a text file',
    (folder) => {
      writeFileSync(join(folder, 'a.img'), 'hello '.repeat(1000));
      return join(folder, 'a.img');
    },
    /not a disk image .*take an Armbian trixie image/,
  ],
  [
    'an .xz that was cut short',
    (folder) => {
      const file = disk(folder);
      execFileSync('xz', ['-0', file]);
      execFileSync('truncate', ['-s', '-1000', `${file}.xz`]);
      return `${file}.xz`;
    },
    /the \.xz is damaged or cut short; download it again/,
  ],
  [
    'a .zip',
    (folder) => {
      writeFileSync(join(folder, 'a.zip'), Buffer.from('504b030414000000', 'hex'));
      return join(folder, 'a.zip');
    },
    /a packed file of another kind; unpack it first/,
  ],
  [
    'a GPT partition table',
    (folder) => table(folder, `label: gpt\nstart=${PARTITION_START}\n`, NO_UBOOT),
    /a GPT partition table/,
  ],
  [
    'a partition where U-Boot would lie',
    (folder) => table(folder, 'label: dos\nstart=2048, type=83\n', NO_UBOOT),
    /a partition begins at sector 2048/,
  ],
  [
    'no ext4 in its partition',
    (folder) => table(folder, `label: dos\nstart=${PARTITION_START}, type=83\n`, NO_UBOOT),
    /no ext4 partition/,
  ],
  [
    'no U-Boot',
    (folder) => disk(folder, {}, NO_UBOOT),
    /no SPL at 8 KiB: not an image for an Allwinner/,
  ],
  [
    "another board's U-Boot",
    (folder) => disk(folder, {}, '....eGON.BT0.... sun8i-h3-orangepi-pc.dtb'),
    /its U-Boot is for another board \(it does not ask for sun7i-a20-bananapi\.dtb\)/,
  ],
  [
    'no Debian system',
    (folder) => disk(folder, { 'var/lib/dpkg/status': null }),
    /holds no Debian system/,
  ],
  [
    'a system for 64-bit ARM',
    (folder) => disk(folder, { 'var/lib/dpkg/status': 'Package: dpkg\nArchitecture: arm64\n' }),
    /a system for arm64; these boards need armhf/,
  ],
  [
    'another Debian release',
    (folder) => disk(folder, { 'etc/os-release': 'VERSION_CODENAME=bookworm\n' }),
    /built on bookworm; the app and its Node need Debian trixie/,
  ],
  [
    'no kernel',
    (folder) => disk(folder, { 'boot/vmlinuz-6.12': null }),
    /no kernel \(vmlinuz-\*\) in its \/boot/,
  ],
  [
    'a kernel for another processor',
    (folder) => disk(folder, { 'boot/vmlinuz-6.12': Buffer.alloc(64) }),
    /vmlinuz-6\.12 is no zImage of 32-bit ARM/,
  ],
  [
    'no modules',
    (folder) => disk(folder, { 'usr/lib/modules/6.12/modules.dep': null }),
    /no modules for its kernel 6\.12/,
  ],
  ['no device trees', (folder) => disk(folder), /no device tree sun7i-a20-bananapi\.dtb/],
];

for (const [what, make, says] of CASES) {
  test(`BASE: ${what} is refused with what to do`, (t) => {
    const folder = folderFor(t);
    assert.match(refusal(folder, make(folder)), says);
  });
}
