import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { CERT, DATA, KEY, newBox } from './box-rig.ts';
import { OVERLAYS, overlayText, REPOSITORY } from './overlay-tree.ts';
import type { ScriptBox } from './script-rig.ts';

const SETTINGS = 'usr/lib/pisang/settings';

test('a new box makes its own TLS pair, keeps it, and has no SSH key', (t) => {
  const box = newBox(t);
  assert.equal(box.run(SETTINGS).status, 0);
  const certificate = new X509Certificate(box.read(CERT));
  assert.match(certificate.subjectAltName ?? '', /DNS:pisang\.local/);
  assert.match(box.read(KEY), /PRIVATE KEY/);
  const years =
    (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 31_556_952_000;
  assert.ok(years > 19, `${years} years`);
  assert.equal(box.exists(`${DATA}/box/ssh_host_ed25519_key`), false);
  const before = box.read(CERT);
  assert.equal(box.run(SETTINGS).status, 0);
  assert.equal(box.read(CERT), before);
});

for (const [what, spoil] of [
  ['a key of another pair', (box: ScriptBox) => box.put(KEY, newKey(box))],
  ['half a certificate', (box: ScriptBox) => box.put(CERT, box.read(CERT).slice(0, 90))],
  ['no key', (box: ScriptBox) => box.put(KEY, '')],
  [
    'neither',
    (box: ScriptBox) => {
      box.put(CERT, 'x');
      box.put(KEY, 'x');
    },
  ],
] as const) {
  test(`after a cut that left ${what} the pair is made anew`, (t) => {
    const box = newBox(t);
    box.run(SETTINGS);
    const before = box.read(CERT);
    spoil(box);
    assert.equal(box.run(SETTINGS).status, 0);
    assert.notEqual(box.read(CERT), before);
    assert.doesNotThrow(() => new X509Certificate(box.read(CERT)));
  });
}

test('another host name gets a certificate that bears it, with the same key', (t) => {
  const box = newBox(t);
  box.run(SETTINGS);
  const [key, first] = [box.read(KEY), box.read(CERT)];
  const name = `${'gateway'.repeat(8)}-${'7'.repeat(6)}`;
  assert.equal(name.length, 63, 'the longest that there may be');
  box.put(`${DATA}/box/hostname`, `${name}\n`);
  assert.equal(box.run(SETTINGS, 'now').status, 0);
  const certificate = new X509Certificate(box.read(CERT));
  for (const called of [`${name}.local`, name, 'pisang.local', 'pisang']) {
    assert.equal(certificate.checkHost(called), called);
  }
  assert.notEqual(box.read(CERT), first);
  assert.equal(box.read(KEY), key);
  const second = box.read(CERT);
  box.run(SETTINGS, 'now');
  assert.equal(box.read(CERT), second, 'once');
});

test('a pair that cannot be made or stored takes nothing away', (t) => {
  const real = (name: string): string =>
    spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
  for (const tools of [
    { openssl: `case "$1" in req) exit 0 ;; esac\nexec ${real('openssl')} "$@"` },
    { install: 'exit 1' },
  ]) {
    const box = newBox(t);
    box.run(SETTINGS);
    const before = [box.read(CERT), box.read(KEY)];
    for (const [name, script] of Object.entries(tools)) {
      box.put(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
    }
    box.put(`${DATA}/box/hostname`, 'gateway7\n');
    assert.notEqual(box.run(SETTINGS, 'now').status, 0);
    assert.deepEqual([box.read(CERT), box.read(KEY)], before);
  }
});

/** The key of a second box. */
function newKey(box: ScriptBox): string {
  const [cert, key] = [box.read(CERT), box.read(KEY)];
  box.put(CERT, '');
  box.run(SETTINGS);
  const other = box.read(KEY);
  box.put(CERT, cert);
  assert.notEqual(other, key);
  return other;
}

test('what was provisioned is in force, daemons are told only afterwards, and only of changes', (t) => {
  const box = newBox(t);
  box.put(`${DATA}/box/hostname`, 'gateway7\n');
  box.put(`${DATA}/box/network`, '[Network]\nAddress=10.0.0.9/24\n');
  box.put(`${DATA}/box/timesyncd.conf`, '[Time]\nNTP=10.0.0.1\n');
  box.put(`${DATA}/box/ca.pem`, 'x');
  box.put(`${DATA}/box/authorized_keys`, 'ssh-ed25519 AAAA me\n');
  assert.equal(box.run(SETTINGS).status, 0);
  assert.equal(box.read('proc/sys/kernel/hostname'), 'gateway7\n');
  assert.match(box.read('run/systemd/network/10-pisang.network'), /10\.0\.0\.9/);
  assert.match(box.read('run/systemd/timesyncd.conf.d/50-pisang.conf'), /10\.0\.0\.1/);
  assert.match(box.read('run/pisang-api.env'), /^NODE_EXTRA_CA_CERTS=.*\/box\/ca\.pem$/m);
  assert.equal(box.read(`${DATA}/box/ssh_host_ed25519_key`), 'a key\n');
  assert.doesNotMatch(box.read('notes'), /systemctl|networkctl/);
  box.put(`${DATA}/box/network`, '');
  assert.equal(box.run(SETTINGS, 'now').status, 0);
  assert.equal(box.exists('run/systemd/network/10-pisang.network'), false);
  assert.deepEqual(box.read('notes').match(/^(systemctl|networkctl).*$/gm), [
    'systemctl --no-block try-reload-or-restart systemd-networkd.service',
  ]);
});

test('daemons with users of their own may read what is theirs, whatever the umask of the unit', (t) => {
  const box = newBox(t);
  box.put(`${DATA}/box/network`, '[Network]\nAddress=10.0.0.9/24\n');
  box.put(`${DATA}/box/timesyncd.conf`, '[Time]\nNTP=10.0.0.1\n');
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  assert.equal(box.run(SETTINGS).status, 0);
  for (const place of ['network/10-pisang.network', 'timesyncd.conf.d/50-pisang.conf']) {
    const file = join(box.folder, 'run/systemd', place);
    assert.equal(statSync(file).mode & 0o777, 0o644, place);
    assert.equal(statSync(dirname(file)).mode & 0o777, 0o755, place);
  }
});

test('a pair that was looked at once is not asked again before one of its files changes', (t) => {
  const asked = 'echo "openssl $1" >>"$BOX/notes"; exec /usr/bin/openssl "$@"';
  const box = newBox(t, { openssl: asked });
  box.put(`${DATA}/box/keep`, '');
  box.run(SETTINGS);
  const again = (): boolean => {
    box.put('notes', '');
    assert.equal(box.run(SETTINGS).status, 0);
    return box.read('notes').includes('openssl');
  };
  assert.deepEqual([again(), again()], [false, false]);
  const certificate = box.read(CERT);
  box.put(KEY, 'x');
  assert.deepEqual([again(), again()], [true, false]);
  assert.notEqual(box.read(CERT), certificate);
});

test('a link in place of the folder of the keys is not followed', (t) => {
  const box = newBox(t);
  box.put('elsewhere/keep', '');
  box.put(`${DATA}/app/keep`, '');
  symlinkSync(join(box.folder, 'elsewhere'), join(box.folder, DATA, 'app/tls'));
  assert.equal(box.run(SETTINGS).status, 0);
  assert.equal(lstatSync(join(box.folder, DATA, 'app/tls')).isDirectory(), true);
  assert.equal(box.exists('elsewhere/cert.pem'), false);
});

test('the clock goes on where it stopped, never back', (t) => {
  const box = newBox(t, { date: 'echo "date $*" >>"$BOX/notes"' });
  const clock = `${DATA}/system/systemd/timesync/clock`;
  box.put(clock, '');
  const setTo = (seconds: number): string => {
    utimesSync(join(box.folder, clock), seconds, seconds);
    box.put('notes', '');
    assert.equal(box.run(SETTINGS).status, 0);
    return box.read('notes').match(/^date .*$/m)?.[0] ?? '';
  };
  const ahead = Math.round(Date.now() / 1_000) + 86_400;
  assert.equal(setTo(ahead), `date -s @${ahead}`);
  assert.equal(setTo(ahead - 2 * 86_400), '');
});

for (const [provisioned, zone] of [
  ['', 'Asia/Jakarta'],
  ['Asia/Makassar\n', 'Asia/Makassar'],
  ['Mars/Olympus\n', 'Asia/Jakarta'],
  ['../../../etc/shadow\n', 'Asia/Jakarta'],
  ['/etc/shadow\n', 'Asia/Jakarta'],
] as const) {
  test(`with ${JSON.stringify(provisioned)} provisioned the system's time zone is ${zone}`, (t) => {
    const box = newBox(t);
    box.put(`${DATA}/box/timezone`, provisioned);
    const { status, said } = box.run(SETTINGS);
    assert.equal(status, 0, said);
    assert.equal(box.read('run/pisang-localtime'), `zone ${zone}`);
    assert.equal(/time zone/.test(said), provisioned !== '' && !provisioned.includes(zone), said);
  });
}

test('the system follows that link, has the zones, and never starts before it was built', () => {
  assert.equal(
    seenFromRoot(join(OVERLAYS, 'etc'), readlinkSync(join(OVERLAYS, 'etc/localtime'))),
    'run/pisang-localtime',
  );
  const packages = readFileSync(join(REPOSITORY, 'image/pins.packages'), 'utf8');
  assert.match(packages, /^tzdata$/m);
  assert.match(packages, /^systemd-timesyncd$/m);
  // Its time is that of the release: systemd sets the clock forward to it (systemd(1), "clock-epoch").
  assert.ok(overlayText('usr/lib/clock-epoch').length > 0);
});

/** Where a relative link in a folder of the overlays leads, seen from the root. */
function seenFromRoot(folder: string, target: string): string {
  return relative(OVERLAYS, resolve(folder, target));
}
