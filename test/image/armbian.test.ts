import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { builtImage, SLOT_START } from './built-image.ts';

// The image of `make image BASE=…` out of test/image/armbian-shaped; the checks of static.test.ts hold for it too.
const image = builtImage();

/** What debugfs says about slot A. */
function debugfs(command: string): string {
  return execFileSync('/usr/sbin/debugfs', ['-R', command, `${image}?offset=${SLOT_START * 512}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
const exists = (path: string): boolean => debugfs(`stat ${path}`).includes('Inode:');
const namesIn = (folder: string): string[] =>
  debugfs(`ls -p ${folder}`)
    .split('\n')
    .map((line) => line.split('/')[5] ?? '')
    .filter((name) => name !== '' && !name.startsWith('.'));

test('nothing of the first start is left to run', () => {
  const units = namesIn('/usr/lib/systemd/system').filter((name) => /^armbian|^Network/.test(name));
  assert.equal(units.length, 6);
  for (const unit of units) {
    assert.match(debugfs(`stat /etc/systemd/system/${unit}`), /link dest: "\/dev\/null"/);
    assert.ok(!exists(`/etc/systemd/system/multi-user.target.wants/${unit}`), unit);
  }
  for (const gone of [
    '/root/.not_logged_in_yet',
    '/etc/profile.d/armbian-check-first-login.sh',
    '/etc/systemd/system/getty@.service.d/override.conf',
    '/etc/systemd/system/serial-getty@.service.d/override.conf',
    '/etc/netplan/10-dhcp-all-interfaces.yaml',
    '/etc/ssh/ssh_host_ed25519_key',
    '/boot/armbianEnv.txt',
  ]) {
    assert.ok(!exists(gone), gone);
  }
});

test('root has no password and need not change one', () => {
  assert.match(debugfs('cat /etc/shadow'), /^root:\*:[1-9]\d*:/m);
});

test('mounts, host name and machine-id are those of the overlays', () => {
  assert.equal(debugfs('cat /etc/fstab'), readFileSync('overlays/etc/fstab', 'utf8'));
  assert.equal(debugfs('cat /etc/hostname'), readFileSync('overlays/etc/hostname', 'utf8'));
  assert.equal(debugfs('cat /etc/machine-id'), '');
});

test('set-id bit, hard link and capability of the base are kept', () => {
  assert.match(debugfs('stat /usr/local/bin/set-uid'), /Mode: +04755[\s\S]*Links: 2/);
  const inode = (path: string): string => /Inode: (\d+)/.exec(debugfs(`stat ${path}`))?.[1] ?? path;
  assert.equal(inode('/usr/local/bin/set-uid'), inode('/usr/local/bin/linked'));
  assert.match(debugfs('ea_list /usr/local/bin/capable'), /security\.capability \(20\)/);
});

test('the package that the base lacked is installed, and what installing needed is gone', () => {
  const status = debugfs('cat /var/lib/dpkg/status');
  assert.match(status, /^Package: usb-modeswitch\nStatus: install ok installed$/m);
  assert.ok(!exists('/usr/sbin/policy-rc.d'));
});

test('kernel, modules and U-Boot are those of the base, and the manifest says so', () => {
  const manifest = readFileSync(image.replace(/img$/, 'manifest'), 'utf8');
  assert.match(manifest, /^base=armbian-25\.11\.1-trixie$/m);
  const kernel = /^kernel=(.*)$/m.exec(manifest)?.[1] ?? '';
  assert.ok(exists(`/usr/lib/modules/${kernel}/modules.dep`));
  const release = JSON.parse(debugfs('cat /usr/lib/pisang/release.json'));
  assert.equal(release.base, 'armbian-25.11.1-trixie');
});
