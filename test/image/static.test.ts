import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LED_NAMES } from '../../app/boxd/led.ts';
import { BOARD, builtImage, FAT_START, SLOT_SECTORS, SLOT_START } from './built-image.ts';

const image = builtImage();
const folder = mkdtempSync(join(tmpdir(), 'pisang-tree-'));
const slot = join(folder, 'slot.ext4');
/** Slot A's root tree, copied out of the image with its owners. */
const tree = join(folder, 'root');

before(() => {
  const sectors = ['bs=1M', 'iflag=skip_bytes,count_bytes', 'conv=sparse', 'status=none'];
  const part = [`skip=${SLOT_START * 512}`, `count=${SLOT_SECTORS * 512}`];
  execFileSync('dd', [`if=${image}`, `of=${slot}`, ...part, ...sectors]);
  execFileSync('/usr/sbin/e2fsck', ['-fn', slot], { stdio: 'pipe' });
  execFileSync('mkdir', [tree]);
  execFileSync('/usr/sbin/debugfs', ['-R', `rdump / ${tree}`, slot], { stdio: 'pipe' });
});
after(() => rmSync(folder, { recursive: true, force: true }));

function bytesAt(offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(openSync(image, 'r'), bytes, 0, length, offset);
  return bytes;
}

function* files(at: string): Generator<string> {
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    const path = join(at, entry.name);
    yield path;
    if (entry.isDirectory()) yield* files(path);
  }
}

function inTree(path: string): string {
  return readFileSync(join(tree, path), 'utf8');
}

test('four partitions: FAT first at sector 8192 and bootable, two slots of 1 GiB, data last', () => {
  const table = JSON.parse(
    execFileSync('/usr/sbin/sfdisk', ['-J', image], { encoding: 'utf8' }),
  ).partitiontable;
  assert.equal(table.label, 'dos');
  assert.equal(table.id, '0x70697361');
  const rows = table.partitions.map((p: Record<string, unknown>) => [
    p['start'],
    p['size'],
    p['type'],
    p['bootable'] ?? false,
  ]);
  assert.deepEqual(rows, [
    [FAT_START, 131072, 'c', true],
    [SLOT_START, SLOT_SECTORS, '83', true],
    [SLOT_START + SLOT_SECTORS, SLOT_SECTORS, '83', true],
    [SLOT_START + 2 * SLOT_SECTORS, 131072, '83', false],
  ]);
  assert.ok(statSync(image).size <= 3_900_000_000, 'fits a card of 4 GB');
});

test('the boot ROM finds an SPL at 8 KiB with a right checksum, and the slot state is empty', () => {
  const header = bytesAt(8192, 64);
  assert.equal(header.subarray(4, 12).toString('latin1'), 'eGON.BT0');
  const spl = bytesAt(8192, header.readUInt32LE(16));
  let sum = 0x5f0a6c39;
  for (let at = 0; at < spl.length; at += 4)
    if (at !== 12) sum = (sum + spl.readUInt32LE(at)) >>> 0;
  assert.equal(header.readUInt32LE(12), sum);
  const tree = readFileSync('image/pins.boards', 'utf8').match(
    new RegExp(`^${BOARD} .* (\\S+)$`, 'm'),
  )?.[1];
  assert.ok(tree && bytesAt(8192, 1 << 20).includes(tree), `U-Boot asks for ${tree}`);
  const state = bytesAt(6144 * 512, 2048 * 512);
  assert.ok(state.every((byte) => byte === 0));
});

test('PISANG holds the boot script alone; it reads no cmdline.txt', () => {
  const fat = ['-i', `${image}@@${FAT_START * 512}`];
  const listing = execFileSync('mdir', ['-b', ...fat], { encoding: 'utf8' });
  assert.deepEqual(listing.trim().split('\n'), ['::/boot.scr']);
  const script = execFileSync('mtype', [...fat, '::boot.scr'], { encoding: 'latin1' });
  assert.doesNotMatch(script, /cmdline\.txt/);
  assert.equal(readFileSync(join(tree, 'boot/boot.scr'), 'latin1'), script, 'the slot has it too');
  const label = execFileSync('mlabel', ['-s', ...fat], { encoding: 'utf8' });
  assert.match(label, /PISANG/);
});

test('slot B is empty and the data partition is a clean file system with 4 KiB blocks', () => {
  const b = bytesAt((SLOT_START + SLOT_SECTORS) * 512, 65536);
  assert.ok(b.every((byte) => byte === 0));
  const data = bytesAt((SLOT_START + 2 * SLOT_SECTORS) * 512 + 1024, 1024);
  assert.equal(data.readUInt16LE(56), 0xef53, 'ext4');
  assert.equal(data.readUInt16LE(58), 1, 'clean');
  assert.equal(data.readUInt32LE(24), 2, 'blocks of 1024 << 2');
});

test('the slot takes updates of the authority that the manifest names', () => {
  const manifest = readFileSync(image.replace(/img$/, 'manifest'), 'utf8');
  const known = createHash('sha256').update(inTree('etc/rauc/ca.cert.pem')).digest('hex');
  assert.match(manifest, new RegExp(`^updateAuthoritySha256=${known}$`, 'm'));
});

test('nothing that must differ from box to box is in the slot', () => {
  assert.equal(inTree('etc/machine-id'), '');
  const all = [...files(tree)].map((path) => path.slice(tree.length + 1));
  const keys =
    /ssh_host_|(^|\/)random-seed$|credential\.secret|authorized_keys|\.pem\.key$|_history$/;
  assert.deepEqual(
    all.filter((path) => keys.test(path) && !path.startsWith('usr/')),
    [],
  );
  assert.deepEqual(readdirSync(join(tree, 'var/log')), []);
  assert.ok(!existsSync(join(tree, 'usr/bin/qemu-arm-static')));
});

test('no account has a password', () => {
  for (const line of inTree('etc/shadow').trim().split('\n')) {
    const [name, hash] = line.split(':');
    assert.match(hash ?? '', /^[!*]/, `${name} has a password field '${hash}'`);
  }
});

test('files belong to root, or to a system group; only /tmp and /var/tmp are open to all', () => {
  const odd: string[] = [];
  const open: string[] = [];
  for (const path of files(tree)) {
    const stat = lstatSync(path);
    const name = path.slice(tree.length);
    if (!stat.isFile() && !stat.isDirectory()) continue;
    if ((stat.mode & 0o002) !== 0) open.push(name);
    if (stat.uid !== 0 && !/^\/(var|etc)\//.test(name)) odd.push(`${name} belongs to ${stat.uid}`);
    if (stat.uid >= 1000) odd.push(`${name} belongs to a person, ${stat.uid}`);
  }
  assert.deepEqual(odd, []);
  assert.deepEqual(open, ['/tmp', '/var/tmp']);
  for (const name of open) {
    // debugfs drops the sticky bit from what it copies out, so it is asked.
    const options = { encoding: 'utf8', stdio: 'pipe' } as const;
    assert.match(
      execFileSync('/usr/sbin/debugfs', ['-R', `stat ${name}`, slot], options),
      /Mode: +01777/,
    );
  }
});

test('the initramfs has the drivers of card and watchdog, each after what it depends on, and nothing of udev', () => {
  const cpio = execFileSync('zstd', ['-dc', join(tree, 'boot/initrd.img')], { maxBuffer: 1 << 26 });
  const list = execFileSync('cpio', ['-t', '--quiet'], { input: cpio, encoding: 'utf8' });
  const names = list.trim().split('\n');
  const drivers = names.flatMap((name) => /^drivers\/[\w-]+\/\d\d-(.*)\.ko$/.exec(name)?.[1] ?? []);
  for (const driver of ['sunxi-mmc', 'sunxi_wdt', 'virtio_blk']) {
    assert.ok(drivers.includes(driver), `${driver} is missing`);
  }
  for (const needed of ['jbd2', 'mbcache', 'crc16', 'crc32c_generic']) {
    assert.ok(drivers.indexOf(needed) < drivers.indexOf('ext4'), `${needed} comes before ext4`);
  }
  const others = names.filter((name) => !/^(bin|dev|drivers|lib|proc|root|sbin|sys)\b/.test(name));
  assert.deepEqual(others, ['init']);
});

test('kernel and all device trees have fixed names', () => {
  assert.deepEqual(readdirSync(join(tree, 'boot')).sort(), [
    'boot.scr',
    'dtb',
    'initrd.img',
    'pisang',
    'zImage',
  ]);
  assert.deepEqual(readdirSync(join(tree, 'boot/dtb')).sort(), [
    'sun7i-a20-bananapi.dtb',
    'sun7i-a20-bananapro.dtb',
    'sun8i-r40-bananapi-m2-ultra.dtb',
    'sun8i-v40-bananapi-m2-berry.dtb',
  ]);
});

test('each board has a light that boxd knows by the name in its device tree', () => {
  const trees = join(tree, 'boot/dtb');
  const dark = readdirSync(trees).filter((name) => {
    const text = readFileSync(join(trees, name), 'latin1');
    return !LED_NAMES.some((label) => text.includes(`${label}\0`));
  });
  assert.deepEqual(dark, []);
});

test('the app is there with production packages only, and its SQLite module is for 32-bit ARM', () => {
  const app = join(tree, 'usr/lib/pisang');
  assert.ok(existsSync(join(app, 'dist/cli.js')));
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const packages = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('@'));
  assert.ok(packages.includes('fastify'));
  assert.deepEqual(
    packages.filter((name) => lock[`node_modules/${name}`]?.dev),
    [],
  );
  const elf = readFileSync(
    join(app, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'),
  );
  assert.equal(elf.subarray(0, 5).toString('latin1'), '\x7fELF\x01');
  assert.equal(elf.readUInt16LE(18), 40, 'e_machine is EM_ARM');
  assert.ok(elf.includes('fdatasync') && !elf.includes('\0fsync\0'), 'syncs with fdatasync');
});
