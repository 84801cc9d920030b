import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { overlayText } from './overlay-tree.ts';

const INIT = readFileSync('image/initramfs-init', 'utf8');
const SECTORS = 16 * 2_048;

/** The lines of init that say whether the data partition may be mounted as it is, run on files. */
const SOUNDNESS = INIT.slice(INIT.indexOf('# number_of FILE'), INIT.indexOf('# With the data'));

test('the initramfs mounts data that nothing speaks against, and leaves all others to the check', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-initramfs-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const part = join(folder, 'part');
  const [partition, disk] = [join(folder, 'sys/part'), join(folder, 'sys')];
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(`/usr/sbin/${program}`, args, { encoding: 'utf8', stdio: 'pipe' });
  const isSound = (sizes: { part?: number; disk?: number } = {}): boolean => {
    mkdirSync(partition, { recursive: true });
    writeFileSync(join(partition, 'start'), '2048\n');
    writeFileSync(join(partition, 'size'), `${sizes.part ?? SECTORS}\n`);
    writeFileSync(join(disk, 'size'), `${sizes.disk ?? 2_048 + SECTORS}\n`);
    const ask = `${SOUNDNESS}\nis_sound ${part} ${partition} ${disk}`;
    const { status, stderr } = spawnSync('busybox', ['sh', '-c', ask], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return status === 0;
  };
  const make = (): string => run('mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', part, '16M');
  make();
  assert.equal(isSound(), true);
  assert.equal(isSound({ disk: 2_048 + SECTORS + 16_384 }), true, 'less than 8 MiB to gain');
  assert.equal(isSound({ disk: 2_048 + SECTORS + 16_385 }), false, 'the card is larger');
  const grown = { part: SECTORS + 20_000, disk: 2_048 + SECTORS + 20_000 };
  assert.equal(isSound(grown), false, 'the partition has grown, its file system not yet');
  for (const [what, value] of [
    ['errors were noted', '3'],
    ['not unmounted, without a journal', '0'],
  ] as const) {
    make();
    run('debugfs', '-w', '-R', `ssv state ${value}`, part);
    assert.equal(isSound(), false, what);
  }
  writeFileSync(part, Buffer.alloc(SECTORS * 512));
  assert.equal(isSound(), false, 'no file system');
  writeFileSync(part, '');
  assert.equal(isSound(), false, 'nothing at all');
});

test('it mounts where and as fstab says, which takes over when it does not', () => {
  const lines = overlayText('etc/fstab').split('\n');
  for (const [place, type] of [
    ['/var/lib/pisang', 'ext4'],
    ['/boot/pisang', 'vfat'],
  ] as const) {
    const options = lines.find((line) => line.split(' ')[1] === place)?.split(' ')[3] ?? '';
    const own = options.split(',').filter((option) => !/^(nofail|x-systemd\..*)$/.test(option));
    assert.ok(INIT.includes(`mount -t ${type} -o ${own.join(',')} "$part" /root${place}`), place);
  }
  const rules = overlayText('usr/lib/udev/rules.d/60-pisang-disk.rules');
  for (const [, link] of INIT.matchAll(/\/dev\/(pisang\/\w+)$/gm)) {
    assert.ok(rules.includes(`SYMLINK+="${link}"`), link);
  }
});
