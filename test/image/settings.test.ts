import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, readlinkSync, utimesSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OVERLAYS, overlayText, REPOSITORY } from './overlay-tree.ts';
import { type ScriptBox, scriptBox } from './script-rig.ts';

const SETTINGS = 'usr/lib/pisang/settings';
const DATA = 'var/lib/pisang';
const CERT = `${DATA}/app/tls/cert.pem`;
const KEY = `${DATA}/app/tls/key.pem`;

function newBox(t: TestContext, tools: Readonly<Record<string, string>> = {}): ScriptBox {
  const note = 'echo "$(basename "$0") $*" >>"$BOX/notes"';
  const box = scriptBox(t, {
    systemctl: note,
    networkctl: note,
    chown: note,
    agetty: note,
    fw_setenv: note,
    sync: ':',
    // Without the owners that a test machine lacks.
    install: `case " $* " in *" -d "*) made=folder ;; *) made=file ;; esac
      while [ $# -gt 2 ]; do shift; done
      if [ $made = folder ]; then mkdir -p "$2"; else cp "$1" "$2"; fi`,
    'ssh-keygen': `case " $* " in
      *" -y "*) grep -q "a key" "$BOX/${DATA}/box/ssh_host_ed25519_key" ;;
      *) echo "a key" >"$BOX/${DATA}/box/ssh_host_ed25519_key" ;;
    esac`,
    ...tools,
  });
  box.put('proc/sys/kernel/hostname', 'pisang\n');
  box.put('run/issue.d/keep', '');
  for (const zone of ['Asia/Jakarta', 'Asia/Makassar']) {
    box.put(`usr/share/zoneinfo/${zone}`, `zone ${zone}`);
  }
  return box;
}

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

const PROVISION = 'usr/lib/pisang/provision';
/** A mounted partition, whose mounts are noted. */
const MOUNTED = {
  mountpoint: 'true',
  mount: 'echo "mount $*" >>"$BOX/notes"',
  sleep: 'echo "sleep $*" >>"$BOX/notes"',
};

test('the partition is writable for as long as it is read, and the screen shows what came of it', (t) => {
  const box = newBox(t, MOUNTED);
  box.put('usr/bin/pisang', '#!/bin/sh\necho "pisang $*" >>"$BOX/notes"\n', 0o755);
  box.put('usr/lib/pisang/settings', '#!/bin/sh\necho "settings $*" >>"$BOX/notes"\n', 0o755);
  box.put('run/pisang/console.txt', 'Claim code: A\\B\n');
  assert.equal(box.run(PROVISION).status, 0);
  const steps = box
    .read('notes')
    .replaceAll(/\/\S*\/(boot|usr|var)\//g, '/$1/')
    .split('\n');
  assert.deepEqual(steps.slice(0, 4), [
    'mount -o remount,rw /boot/pisang',
    'pisang provision /boot/pisang --data-root /var/lib/pisang --apply /usr/lib/pisang/settings',
    'mount -o remount,ro /boot/pisang',
    'agetty --reload',
  ]);
  assert.equal(box.read('run/issue.d/pisang-start.issue'), 'Claim code: A\\\\B\n');
});

test('a PISANG that was being written when the power went is looked through before it is written again', (t) => {
  const box = newBox(t, {
    ...MOUNTED,
    'fsck.vfat': 'echo "fsck.vfat $*" >>"$BOX/notes"; exit 1',
  });
  box.put('usr/bin/pisang', '#!/bin/sh\necho provision >>"$BOX/notes"\n', 0o755);
  const steps = (): string[] =>
    box
      .read('notes')
      .replaceAll(box.folder, '')
      .split('\n')
      .filter((line) => !/agetty|^$/.test(line));
  const usual = [
    'mount -o remount,rw /boot/pisang',
    'provision',
    'mount -o remount,ro /boot/pisang',
  ];
  for (const [octet, first] of [
    ['\0', []],
    [
      '\u0001',
      [
        'systemctl stop boot-pisang.mount',
        'fsck.vfat -a /dev/pisang/boot',
        'systemctl start boot-pisang.mount',
      ],
    ],
  ] as const) {
    box.put('notes', '');
    box.put('dev/pisang/boot', `${'x'.repeat(65)}${octet}x`);
    assert.equal(box.run(PROVISION).status, 0);
    assert.deepEqual(steps(), [...first, ...usual]);
  }
});

/** `pisang provision` that leaves what it says in RESULT.txt and on the screen. */
function provisioning(box: ScriptBox): () => boolean {
  box.put(
    'usr/bin/pisang',
    `#!/bin/sh
    echo run >>"$BOX/runs"
    cp "$BOX/says" "$BOX/boot/pisang/RESULT.txt"
    cp "$BOX/says" "$BOX/run/pisang/console.txt"
    exit "$(cat "$BOX/code")"\n`,
    0o755,
  );
  box.put('usr/lib/pisang/settings', '#!/bin/sh\n', 0o755);
  box.put('usr/lib/pisang/release.json', '{"version":"1"}');
  box.put('boot/pisang/pisang.json', '{}');
  box.put(`${DATA}/box/provisioned`, 'what the program keeps there');
  box.put(CERT, 'certificate');
  box.put('run/pisang/keep', '');
  box.put('says', 'SHA-256: AB');
  box.put('code', '0');
  return () => {
    box.put('runs', '');
    box.put('run/issue.d/pisang-start.issue', '');
    box.run(PROVISION);
    assert.equal(box.read('run/issue.d/pisang-start.issue'), box.read('says'), 'on the screen');
    assert.ok(box.exists(`${DATA}/box/provisioned`), "the program's own notes stay");
    return box.read('runs') !== '';
  };
}

test('with an owner, a card that holds nothing new is looked at without starting the program', (t) => {
  const box = newBox(t, MOUNTED);
  const runs = provisioning(box);
  const thrice = (): boolean[] => [runs(), runs(), runs()];
  assert.deepEqual(thrice(), [true, true, true], 'a claim code is renewed at each start');
  box.put(`${DATA}/app/password.json`, '{}');
  assert.deepEqual(thrice(), [true, false, false], 'nothing changed');
  for (const [what, change] of [
    ['another release', () => box.put('usr/lib/pisang/release.json', '{"version":"2"}')],
    ['another file', () => box.put('boot/pisang/pisang.json', '{"region":"ID"}')],
    ['a wrong name', () => box.put('boot/pisang/pisang.json.txt', '{}')],
    ['a password', () => box.put('boot/pisang/password.txt', 'long enough')],
    ['a wish to erase', () => box.put('boot/pisang/factory-reset.txt', 'erase everything')],
    ['a new certificate', () => box.put(CERT, 'another')],
  ] as const) {
    change();
    assert.deepEqual(thrice(), [true, false, false], what);
  }
  box.put('boot/pisang/pisang.json', '{"region":"MY"}');
  box.put('says', 'pisang.json was taken');
  assert.deepEqual(thrice(), [true, true, false], 'what a run told is told until the next one');
  box.put('boot/pisang/pisang.json', '{');
  box.put('code', '1');
  assert.deepEqual(thrice(), [true, true, true], 'a refused file is looked at each time');
  box.put('code', '0');
  runs();
  box.put(`${DATA}/factory-reset`, 'erase everything');
  assert.deepEqual(thrice(), [true, true, true], 'a reset that the box was asked for');
});

test('a factory reset forgets the identity, restarts the box and starts nothing before', (t) => {
  const box = newBox(t, MOUNTED);
  box.put('usr/bin/pisang', '#!/bin/sh\nexit 10\n', 0o755);
  box.run(PROVISION);
  assert.match(
    box.read('notes'),
    /fw_setenv machine_id\nsystemctl --no-block reboot\nsleep infinity\n/,
  );
});

test('where the program itself fails what was provisioned before is in force all the same', (t) => {
  const box = newBox(t, MOUNTED);
  box.put('usr/bin/pisang', '#!/bin/sh\nexit 134\n', 0o755);
  box.put('usr/lib/pisang/settings', '#!/bin/sh\necho "settings $*" >>"$BOX/notes"\n', 0o755);
  assert.equal(box.run(PROVISION).status, 134);
  assert.match(box.read('notes'), /^settings now$/m);
});

const MIGRATE = 'usr/lib/pisang/migrate';
const DATABASE = `${DATA}/app/pisang.db`;

/** A database file whose header says schema `schema` (user_version, octets 60 to 63). */
function header(schema: number): string {
  return `${'x'.repeat(60)}\0\0\0${String.fromCharCode(schema)}rest`;
}

test('the database is migrated once for a release, and again when anything speaks for it', (t) => {
  const box = newBox(t);
  box.put(
    'usr/bin/pisang',
    `#!/bin/sh\necho pisang >>"$BOX/notes"\nrm -f "$BOX/${DATABASE}.suspect"\nexit "$(cat "$BOX/code")"\n`,
    0o755,
  );
  box.put('code', '0');
  box.put('usr/lib/pisang/release.json', '{"version":"1"}');
  box.put(DATABASE, header(1));
  const runs = (): boolean => {
    box.put('notes', '');
    box.run(MIGRATE);
    return box.read('notes') !== '';
  };
  const twice = (): boolean[] => [runs(), runs()];
  assert.deepEqual(twice(), [true, false], 'the first start');
  box.put('usr/lib/pisang/release.json', '{"version":"2"}');
  assert.deepEqual(twice(), [true, false], 'another release');
  box.put(DATABASE, header(2));
  assert.deepEqual(twice(), [true, false], 'a file with another schema');
  box.put(`${DATABASE}.suspect`, 'why');
  assert.deepEqual(twice(), [true, false], 'a file that was noted as damaged');
  box.put(DATABASE, '');
  assert.deepEqual(twice(), [true, true], 'no file');
  box.put(DATABASE, header(3));
  box.put('code', '1');
  assert.deepEqual(twice(), [true, true], 'a failure is no success');
});
