import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { OVERLAYS, overlayFiles, unitValues } from './overlay-tree.ts';

/** A root tree of Debian's units, with the overlays over them. */
const root = mkdtempSync(join(tmpdir(), 'pisang-units-'));
after(() => rmSync(root, { recursive: true }));

/** Programs of other packages that our units start; what they do is not looked at here. */
const PROGRAMS = [
  'usr/bin/node',
  'usr/bin/install',
  'bin/kill',
  'bin/sh',
  'bin/systemctl',
  'bin/mount',
  'sbin/modprobe',
  'sbin/agetty',
];
/** Units of packages that need not be installed where this test runs. */
const STAND_INS = ['ssh.service', 'avahi-daemon.service', 'rauc.service'];
const UNITS = 'usr/lib/systemd/system';

cpSync('/usr/lib/systemd/system', join(root, UNITS), { recursive: true, verbatimSymlinks: true });
cpSync(OVERLAYS, root, { recursive: true, verbatimSymlinks: true });
for (const program of PROGRAMS) {
  mkdirSync(join(root, dirname(program)), { recursive: true });
  writeFileSync(join(root, program), '#!/bin/sh\n');
  chmodSync(join(root, program), 0o755);
}
for (const unit of STAND_INS.filter((name) => !existsSync(join(root, UNITS, name)))) {
  writeFileSync(join(root, UNITS, unit), '[Service]\nExecStart=/usr/bin/node\n');
}

function analyze(...args: readonly string[]): { status: number | null; said: string } {
  const run = spawnSync('systemd-analyze', [`--root=${root}`, '--no-pager', ...args], {
    encoding: 'utf8',
    cwd: join(root, UNITS),
    timeout: 60_000,
  });
  assert.equal(run.error, undefined, 'apt-get install -y systemd');
  return { status: run.status, said: run.stdout + run.stderr };
}

const ours = overlayFiles()
  .filter(({ path }) => path.startsWith(`${UNITS}/pisang`))
  .map(({ path }) => path.slice(UNITS.length + 1));
/** With a drop-in of ours. */
const theirs = [
  'serial-getty@ttyS0.service',
  'getty@tty1.service',
  'ssh.service',
  'emergency.service',
];

for (const unit of [...ours, ...theirs]) {
  test(`systemd finds no fault in ${unit}`, () => {
    const { said } = analyze('--man=no', '--generators=no', 'verify', unit);
    // Debian's own units name programs that this tree does not hold; every line about ours counts.
    const faults = said.split('\n').filter((line) => /pisang/.test(line.replaceAll(root, '')));
    assert.deepEqual(faults, []);
  });
}

/** Exposure by systemd's own scale, times ten: 0 is nothing, 100 is everything. */
const EXPOSURE: readonly [string, number][] = [
  ['pisang-api.service', 25],
  ['pisang-modem.service', 25],
  ['pisang-rescue.service', 25],
  // Although it is root; the unit says what it keeps and why.
  ['pisang-boxd.service', 25],
];
for (const [unit, most] of EXPOSURE) {
  test(`${unit} is exposed by at most ${most / 10}`, () => {
    const { status, said } = analyze('security', '--offline=true', `--threshold=${most}`, unit);
    assert.equal(status, 0, said);
    assert.match(said, /Overall exposure level/);
  });
}

test('a unit that gives more away is noticed', () => {
  writeFileSync(join(root, UNITS, 'pisang-open.service'), '[Service]\nExecStart=/usr/bin/node\n');
  const { status } = analyze('security', '--offline=true', '--threshold=42', 'pisang-open.service');
  assert.notEqual(status, 0);
});

test('the services never give up, and systemd hears from them in time', () => {
  for (const unit of ['pisang-api.service', 'pisang-modem.service']) {
    const { said } = analyze('cat-config', `systemd/system/${unit}`);
    assert.match(said, /^Restart=always$/m);
    assert.match(said, /^StartLimitIntervalSec=0$/m);
    assert.match(said, /^WatchdogSec=60s$/m);
    assert.match(said, /^NotifyAccess=all$/m);
  }
});

test('nothing that is on the data partition can keep the box from starting', () => {
  const lines = readFileSync(join(OVERLAYS, 'etc/fstab'), 'utf8')
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line) && !line.startsWith('tmpfs'));
  assert.equal(lines.length, 4);
  for (const line of lines) {
    const [what = '', , , options = ''] = line.split(/\s+/);
    assert.ok(options.split(',').includes('nofail'), line);
    // Without it systemd would go on before the mount was tried.
    assert.ok(what.endsWith('/boot') || options.includes('x-systemd.before=local-fs.target'), line);
  }
});

test('systemd makes of each line of fstab a mount that local-fs.target wants and waits for, not requires', () => {
  const units = join(root, 'generated');
  mkdirSync(units);
  const run = spawnSync(
    '/usr/lib/systemd/system-generators/systemd-fstab-generator',
    [units, units, units],
    {
      encoding: 'utf8',
      env: { SYSTEMD_FSTAB: join(OVERLAYS, 'etc/fstab'), SYSTEMD_LOG_LEVEL: 'err' },
    },
  );
  assert.equal(run.status, 0, run.stderr);
  for (const name of ['var-lib-pisang', 'var-lib-systemd', 'var-log']) {
    const unit = readFileSync(join(units, `${name}.mount`), 'utf8');
    assert.match(unit, /^Before=.*local-fs\.target/m, name);
    assert.equal(existsSync(join(units, 'local-fs.target.requires', `${name}.mount`)), false, name);
    assert.equal(existsSync(join(units, 'local-fs.target.wants', `${name}.mount`)), true, name);
    // A check of systemd's would be bound to the device, and the mount to the check.
    assert.doesNotMatch(unit, /fsck/, name);
  }
  const data = readFileSync(join(units, 'var-lib-pisang.mount'), 'utf8');
  assert.match(data, /^Requires=pisang-checkdata\.service$/m);
  assert.match(data, /^After=pisang-checkdata\.service$/m);
});

test('pisang-boxd keeps the two rights that its verbs need, and no others', () => {
  assert.deepEqual(unitValues('pisang-boxd.service', 'CapabilityBoundingSet'), [
    'CAP_SYS_TIME CAP_DAC_READ_SEARCH',
  ]);
  assert.deepEqual(unitValues('pisang-boxd.service', 'AmbientCapabilities'), []);
  assert.deepEqual(unitValues('pisang-boxd.service', 'SystemCallFilter'), [
    '@system-service @clock',
  ]);
});

test('port 80 does not stay silent: whatever ends or hinders the API starts the rescue page', () => {
  assert.deepEqual(unitValues('pisang-api.service', 'OnFailure'), ['pisang-rescue.service']);
  assert.match(
    unitValues('pisang-api.service', 'ExecStopPost')[0] ?? '',
    /^-\+\/bin\/systemctl --no-block start pisang-rescue\.service$/,
  );
  assert.deepEqual(unitValues('pisang-rescue.timer', 'OnBootSec'), ['180s']);
  // Systemd itself must not end it when the API starts: the API asks for the port when it needs it.
  assert.deepEqual(unitValues('pisang-rescue.service', 'Conflicts'), []);
  assert.deepEqual(unitValues('pisang-rescue.service', 'StartLimitIntervalSec'), ['0']);
  assert.deepEqual(unitValues('pisang-rescue.service', 'Restart'), ['on-failure']);
});

test('users have fixed numbers', () => {
  const run = spawnSync(
    'systemd-sysusers',
    ['--dry-run', `--root=${root}`, join(root, 'usr/lib/sysusers.d/pisang.conf')],
    { encoding: 'utf8' },
  );
  assert.equal(run.error, undefined, 'apt-get install -y systemd');
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stderr, /'?pisang'? .*890/);
});
