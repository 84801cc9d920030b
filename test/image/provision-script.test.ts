import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CERT, DATA, newBox } from './box-rig.ts';
import type { ScriptBox } from './script-rig.ts';

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
  box.put('run/agetty.reload', '');
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

test('what is taken while the gateway runs holds at once; at the start of the box nobody is told', (t) => {
  for (const runs of [false, true]) {
    const box = newBox(t, {
      ...MOUNTED,
      systemctl: `echo "systemctl $*" >>"$BOX/notes"; case "$*" in *is-active*) exit ${runs ? 0 : 3} ;; esac`,
    });
    provisioning(box);
    const asked = (): string[] => {
      box.put('notes', '');
      box.run(PROVISION);
      return box
        .read('notes')
        .split('\n')
        .filter((line) => / (start|stop|try-restart) /.test(line));
    };
    assert.deepEqual(asked(), [], 'nothing was taken');
    const program = box.read('usr/bin/pisang');
    box.put(
      'usr/bin/pisang',
      program.replace(
        'exit',
        `echo '{}' >"$BOX/${DATA}/app/config.json"; echo key >"$BOX/${DATA}/box/authorized_keys"; exit`,
      ),
      0o755,
    );
    const told = [
      'systemctl --no-block try-restart pisang-api.service pisang-modem.service',
      'systemctl --no-block start ssh.service',
    ];
    assert.deepEqual(asked(), runs ? told : []);
    assert.deepEqual(asked(), [], 'it holds already');
    box.put(
      'usr/bin/pisang',
      `${program}`.replace('exit', `rm "$BOX/${DATA}/box/authorized_keys"; exit`),
      0o755,
    );
    assert.deepEqual(asked(), runs ? [told[0], 'systemctl --no-block stop ssh.service'] : []);
  }
});

test('a file that cannot be read ends nothing, and the card is looked through for faults', (t) => {
  const unreadable = 'sha256sum: read error\n';
  const box = newBox(t, {
    ...MOUNTED,
    'fsck.vfat': 'echo "fsck.vfat $*" >>"$BOX/notes"',
    sha256sum: `command -p sha256sum "$@"; case " $* " in *RESULT.txt.new*) printf '${unreadable}' >&2; exit 1 ;; esac`,
  });
  const runs = provisioning(box);
  box.put('dev/pisang/boot', '\0'.repeat(512));
  box.put(`${DATA}/app/password.json`, '{}');
  box.put('boot/pisang/RESULT.txt.new', '');
  assert.equal(runs(), true, 'the program runs all the same');
  assert.match(box.read('notes'), /^fsck\.vfat -a \S*dev\/pisang\/boot$/m);
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
