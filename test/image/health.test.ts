import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { REPOSITORY } from './overlay-tree.ts';
import { scriptBox } from './script-rig.ts';

/** The tools around the script. `fw_setenv` is given names and values in turn; a last name alone is removed. */
const TOOLS: Readonly<Record<string, string>> = {
  busybox: `n=$(cat "$BOX/answers"); echo $((n - 1)) >"$BOX/answers"
    if [ -e "$BOX/flaps" ]; then [ $((n % 6)) != 0 ]; else [ "$n" -le 0 ]; fi`,
  systemctl: `echo "$@" >>"$BOX/systemctl"
    case "$*" in
      *NRestarts*)
        n=$(cat "$BOX/restarts"); echo 0; echo; echo "$n"
        [ ! -e "$BOX/crashing" ] || echo $((n + 1)) >"$BOX/restarts" ;;
      show*) cat "$BOX/work" ;;
    esac`,
  sleep: 'u=$(cut -d . -f 1 "$BOX/proc/uptime"); echo "$((u + $1)).00 0" >"$BOX/proc/uptime"',
  dd: 'cp "$BOX/state" "$BOX/copy"',
  fw_printenv: 'sed -n "s/^$2=//p" "$BOX/state"',
  fw_setenv: `echo write >>"$BOX/writes"
    while [ $# -gt 0 ]; do
      sed -i "/^$1=/d" "$BOX/state"
      [ $# -lt 2 ] || echo "$1=$2" >>"$BOX/state"
      shift; [ $# -eq 0 ] || shift
    done`,
};

/** Of the services, and of root. */
const TRIAL_MARKS = ['run/pisang/trial', 'run/pisang-trial'];

interface Start {
  readonly commandLine: string;
  readonly state: Readonly<Record<string, string>>;
  readonly uptimeS: number;
  /** How many times `/health/boot` is asked in vain. */
  readonly refusals: number;
  /** Healthy except for every sixth time; or always, but a service was started anew between any two looks. */
  readonly weakness?: 'flaps' | 'crashing';
  /** What systemd says of the check and the migration. */
  readonly work?: string;
  /** Further files, by place. */
  readonly files?: Readonly<Record<string, string>>;
  /** The sector of the copy is bad. */
  readonly copyFails?: true;
}

interface Ended {
  readonly status: number | null;
  readonly state: Readonly<Record<string, string>>;
  readonly copied: boolean;
  readonly onTrial: boolean;
  readonly rebooted: boolean;
  readonly uptimeS: number;
  readonly writes: number;
  /** Of systemd. */
  readonly asked: string;
}

function health(t: TestContext, start: Start): Ended {
  const { put, read, exists, run } = scriptBox(t, {
    ...TOOLS,
    ...(start.copyFails === undefined ? {} : { dd: 'exit 1' }),
  });
  put('dev/console', '');
  put('proc/cmdline', `${start.commandLine}\n`);
  put('proc/uptime', `${start.uptimeS}.42 1.0\n`);
  put('answers', `${start.refusals}\n`);
  put('restarts', '3\n');
  if (start.weakness !== undefined) put(start.weakness, '');
  for (const mark of TRIAL_MARKS) put(mark, '');
  for (const [place, text] of Object.entries(start.files ?? {})) put(place, text);
  put('work', start.work ?? 'active\nactive\n');
  put(
    'state',
    Object.entries(start.state)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const { status } = run('usr/lib/pisang/health', '240');
  return {
    status,
    state: Object.fromEntries(
      read('state')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('=', 2) as [string, string]),
    ),
    copied: read('copy') === read('state'),
    onTrial: TRIAL_MARKS.some(exists),
    rebooted: read('systemctl').includes('reboot'),
    uptimeS: Number.parseInt(read('proc/uptime'), 10),
    writes: read('writes').split('\n').length - 1,
    asked: read('systemctl'),
  };
}

const UPDATED = {
  BOOT_ORDER: 'B A',
  BOOT_A_LEFT: '3',
  BOOT_B_LEFT: '2',
  BOOT_GOOD: 'A',
  machine_id: 'ab',
};
const TRIAL = 'root=PARTUUID=70697361-03 ro rauc.slot=B pisang.trial=1 quiet';

test('a trial that becomes healthy is marked good in one write, with its copy, and the trial ends', (t) => {
  const { asked, ...ended } = health(t, {
    commandLine: TRIAL,
    state: UPDATED,
    uptimeS: 40,
    refusals: 3,
  });
  assert.match(asked, /start pisang-provision/);
  assert.deepEqual(ended, {
    status: 0,
    state: { ...UPDATED, BOOT_B_LEFT: '3', BOOT_GOOD: 'B' },
    copied: true,
    onTrial: false,
    rebooted: false,
    uptimeS: 85,
    writes: 1,
  });
});

test('after a trial what it left out is done: provisioning, or first of all a factory reset', (t) => {
  const start: Start = { commandLine: TRIAL, state: UPDATED, uptimeS: 40, refusals: 0 };
  const usual = health(t, { ...start, files: { 'boot/pisang/factory-reset.txt': '(done)     ' } });
  assert.deepEqual([usual.rebooted, usual.onTrial, usual.state['BOOT_GOOD']], [false, false, 'B']);
  assert.match(usual.asked, /start pisang-provision\.service/);
  const asked = 'Erase everything\r\n';
  for (const [place, text] of [
    ['boot/pisang/factory-reset.txt', asked],
    ['boot/pisang/factory-reset.txt', Buffer.from(asked, 'utf16le').toString('latin1')],
    ['var/lib/pisang/factory-reset', asked],
  ] as const) {
    const erasing = health(t, { ...start, files: { [place]: text } });
    assert.deepEqual(
      [erasing.rebooted, erasing.onTrial, erasing.state['BOOT_GOOD']],
      [true, true, 'B'],
      'good, but nothing is sent before it is erased',
    );
  }
});

test('a copy that cannot be written does not keep a healthy system on trial', (t) => {
  const start: Start = { commandLine: TRIAL, state: UPDATED, uptimeS: 40, refusals: 0 };
  const { status, onTrial, writes } = health(t, { ...start, copyFails: true });
  assert.deepEqual([status, onTrial, writes], [0, false, 1]);
});

test('a trial that stays ill starts the box anew after 240 s and changes nothing', (t) => {
  const { asked, ...ended } = health(t, {
    commandLine: TRIAL,
    state: UPDATED,
    uptimeS: 40,
    refusals: 1000,
  });
  assert.match(asked, /reboot/);
  assert.deepEqual(ended, {
    status: 1,
    state: UPDATED,
    copied: false,
    onTrial: true,
    rebooted: true,
    uptimeS: 240,
    writes: 0,
  });
});

for (const weakness of ['flaps', 'crashing'] as const) {
  test(`a trial that is healthy only now and then is ill (${weakness})`, (t) => {
    const start: Start = { commandLine: TRIAL, state: UPDATED, uptimeS: 40, refusals: 0 };
    const ended = health(t, { ...start, weakness });
    assert.deepEqual([ended.status, ended.rebooted, ended.state], [1, true, UPDATED]);
    assert.ok(ended.uptimeS >= 240 && ended.uptimeS <= 270, `${ended.uptimeS} s`);
  });
}

test('while the data are checked or migrated a trial has longer, but not for ever', (t) => {
  const work = 'active\nactivating\n';
  const late = health(t, { commandLine: TRIAL, state: UPDATED, uptimeS: 40, refusals: 100, work });
  assert.deepEqual([late.status, late.rebooted, late.uptimeS], [0, false, 570]);
  const hung = health(t, { commandLine: TRIAL, state: UPDATED, uptimeS: 40, refusals: 999, work });
  assert.deepEqual([hung.status, hung.rebooted, hung.uptimeS], [1, true, 1_200]);
});

test('a good slot loses its count after 60 s up, without being asked for its health', (t) => {
  const state = {
    BOOT_ORDER: 'A B',
    BOOT_A_LEFT: '3',
    BOOT_B_LEFT: '0',
    BOOT_GOOD: 'A',
    BOOT_GOOD_LEFT: '4',
  };
  const commandLine = 'ro rauc.slot=A pisang.trial=0';
  const ended = health(t, { commandLine, state, uptimeS: 12, refusals: 1000 });
  const { BOOT_GOOD_LEFT: _, ...expected } = state;
  assert.deepEqual(ended.state, expected);
  assert.deepEqual(
    [ended.status, ended.rebooted, ended.uptimeS, ended.copied],
    [0, false, 60, true],
  );
});

test('after a failed trial the good slot is the first choice again', (t) => {
  const state = { ...UPDATED, BOOT_B_LEFT: '0', BOOT_GOOD_LEFT: '9' };
  const ended = health(t, {
    commandLine: 'rauc.slot=A pisang.trial=0',
    state,
    uptimeS: 90,
    refusals: 0,
  });
  const { BOOT_GOOD_LEFT: _, ...expected } = state;
  assert.deepEqual(ended.state, { ...expected, BOOT_ORDER: 'A B' });
  assert.equal(ended.writes, 1);
});

test('an update installed within the first minute keeps its place in the order', (t) => {
  const state = { ...UPDATED, BOOT_B_LEFT: '3' };
  const ended = health(t, {
    commandLine: 'rauc.slot=A pisang.trial=0',
    state,
    uptimeS: 90,
    refusals: 0,
  });
  assert.deepEqual(ended.state, state);
});

test('without a slot there is no boot loader to tell', (t) => {
  const ended = health(t, {
    commandLine: 'root=/dev/vda2',
    state: UPDATED,
    uptimeS: 5,
    refusals: 0,
  });
  assert.deepEqual([ended.status, ended.writes, ended.rebooted], [0, 0, false]);
});

test('the boot script keeps every name that the scripts write', () => {
  const script = readFileSync(join(REPOSITORY, 'image/boot.cmd'), 'utf8');
  const kept = /^setenv st_vars (.+)$/m.exec(script)?.[1]?.split(' ') ?? [];
  const names = ['BOOT_ORDER', 'BOOT_A_LEFT', 'BOOT_B_LEFT', 'BOOT_GOOD', 'BOOT_GOOD_LEFT'];
  for (const name of [...names, 'machine_id']) {
    assert.ok(kept.includes(name), name);
  }
  assert.match(script, /pisang\.trial=\$\{trial\}/);
  assert.match(script, /rauc\.slot=\$\{slot\}/);
});
