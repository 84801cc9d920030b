import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { answerLine } from '../../app/boxd/answer-line.ts';
import { refusalOf } from '../../app/boxd/bundle.ts';
import { storedSchema } from '../../app/boxd/stored-schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { QUIET, RecordedMachine, RUNNING } from './support.ts';

const BUNDLE = '/var/lib/pisang/update/bundle.raucb';

function ask(machine: RecordedMachine, request: unknown): ReturnType<typeof answerLine> {
  const context = { machine, running: RUNNING, clock: new FakeClock() };
  return answerLine(JSON.stringify(request), context, QUIET);
}

const DOES: readonly (readonly [object, readonly string[]])[] = [
  [{ verb: 'reboot' }, ['systemctl --no-block reboot']],
  [{ verb: 'power-off' }, ['systemctl --no-block poweroff']],
  [{ verb: 'set-time', epochSeconds: 1_795_000_000 }, ['date --utc --set=@1795000000']],
  [
    { verb: 'update-status' },
    ['systemctl start rauc.service', 'rauc status --detailed --output-format=json'],
  ],
  [
    { verb: 'reauthorize-usb', device: '1-1.2' },
    [
      'write /sys/bus/usb/devices/1-1.2/authorized 0',
      'write /sys/bus/usb/devices/1-1.2/authorized 1',
    ],
  ],
  [
    { verb: 'led', state: '2' },
    [
      'systemctl start modprobe@ledtrig_pattern.service',
      'write /sys/class/leds/bananapi:green:usr/trigger pattern',
      'write /sys/class/leds/bananapi:green:usr/pattern 1 200 1 0 0 200 0 0 1 200 1 0 0 200 0 0 0 1500 0 0',
    ],
  ],
  [{ verb: 'provision' }, ['systemctl restart pisang-provision.service']],
  [
    { verb: 'factory-reset', confirm: 'erase everything' },
    ['write /var/lib/pisang/factory-reset erase everything', 'systemctl --no-block reboot'],
  ],
];

for (const [request, done] of DOES) {
  test(`${JSON.stringify(request)} does this and nothing else`, async () => {
    const machine = new RecordedMachine();
    machine.files.set('/sys/bus/usb/devices/1-1.2/authorized', '1');
    machine.files.set('/sys/class/leds/bananapi:green:usr', '');
    assert.equal((await ask(machine, request)).ok, true);
    assert.deepEqual(machine.done, done);
  });
}

const REFUSED: readonly (readonly [unknown, string])[] = [
  [null, 'bad-json'],
  [[{ verb: 'reboot' }], 'bad-json'],
  ['reboot', 'bad-json'],
  [{}, 'unknown-verb'],
  [{ verb: 'toString' }, 'unknown-verb'],
  [{ verb: ['reboot'] }, 'unknown-verb'],
  [{ verb: 'reboot', args: ['-f'] }, 'bad-field'],
  [{ verb: 'set-time' }, 'bad-field'],
  [{ verb: 'set-time', epochSeconds: '1795000000' }, 'bad-field'],
  [{ verb: 'set-time', epochSeconds: 0 }, 'bad-field'],
  [{ verb: 'set-time', epochSeconds: 1_795_000_000.5 }, 'bad-field'],
  [{ verb: 'reauthorize-usb', device: '../../../../etc' }, 'bad-field'],
  [{ verb: 'reauthorize-usb', device: 'usb1' }, 'bad-field'],
  [{ verb: 'reauthorize-usb', device: '1-1\n' }, 'bad-field'],
  [{ verb: 'reauthorize-usb', device: '1-9' }, 'usb-missing'],
  [{ verb: 'led', state: 'ok; reboot' }, 'bad-field'],
  [{ verb: 'led', state: 'ok' }, 'led-missing'],
  [{ verb: 'install-update', path: '/tmp/x' }, 'bad-field'],
  [{ verb: 'install-update', allowDowngrade: 'yes' }, 'bad-field'],
  [{ verb: 'install-update' }, 'update-missing'],
  [{ verb: 'factory-reset' }, 'bad-field'],
  [{ verb: 'factory-reset', confirm: 'yes' }, 'bad-field'],
];

for (const [request, code] of REFUSED) {
  test(`${JSON.stringify(request)} is refused: ${code}`, async () => {
    const machine = new RecordedMachine();
    const reply = await ask(machine, request);
    assert.deepEqual([reply.ok, 'code' in reply && reply.code], [false, code]);
    assert.deepEqual(machine.done, []);
  });
}

for (const request of [
  { verb: 'install-update' },
  { verb: 'install-update', allowDowngrade: true },
  { verb: 'provision' },
  { verb: 'factory-reset', confirm: 'erase everything' },
]) {
  test(`while a new version is being tried: ${JSON.stringify(request)} is refused`, async () => {
    const machine = new RecordedMachine();
    machine.files.set(BUNDLE, '');
    machine.files.set('/run/pisang-trial', '');
    const reply = await ask(machine, request);
    assert.equal(reply.ok ? null : reply.code, 'on-trial');
    // Three starts of up to 240 s each, and the ways through the boot loader.
    assert.match(reply.detail, /: up to 15 minutes, longer with many messages\.$/);
    assert.deepEqual(machine.done, []);
  });
}

interface BundleCase {
  readonly info: string | null;
  readonly allowDowngrade?: boolean;
  readonly code: string | null;
}

/** What `rauc info --output-format=json-2` says of a bundle of this version. */
function info(version: string, meta: object = {}, compatible: string = 'pisang'): string {
  const pisang = { architecture: 'armhf', signing: 'release', ...meta };
  return JSON.stringify({ update: { version, compatible }, meta: { pisang } });
}

const BUNDLES: Readonly<Record<string, BundleCase>> = {
  'a newer one': { info: info('1.5.0'), code: null },
  'a newer one with the next schema': { info: info('2.0.0', { schema: '8' }), code: null },
  'a newer one, from which there would be no way back': {
    info: info('3.0.0', { schema: '9' }),
    code: 'update-schema',
  },
  'the same one': { info: info('1.4.0'), code: null },
  'an older one': { info: info('1.3.9'), code: 'update-older' },
  'a pre-release of what runs': { info: info('1.4.0-rc.1'), code: 'update-older' },
  'an older one, wanted, that can read the messages': {
    info: info('1.3.0', { schema: '6' }),
    allowDowngrade: true,
    code: null,
  },
  'an older one, wanted, that can not': {
    info: info('1.2.0', { schema: '5' }),
    allowDowngrade: true,
    code: 'update-schema',
  },
  'an older one, wanted, that does not say': {
    info: info('1.3.0'),
    allowDowngrade: true,
    code: 'update-schema',
  },
  'one for another product': { info: info('1.5.0', {}, 'durian'), code: 'update-product' },
  'one for another machine': {
    info: info('1.5.0', { architecture: 'arm64' }),
    code: 'update-architecture',
  },
  'one that does not say for which machine': {
    info: '{"update":{"version":"1.5.0","compatible":"pisang"}}',
    code: 'update-architecture',
  },
  'one without a version': { info: '{}', code: 'update-refused' },
  'one that RAUC refuses in words of its own': { info: null, code: 'update-refused' },
};

for (const [name, { info, allowDowngrade, code }] of Object.entries(BUNDLES)) {
  test(`an update: ${name}`, async () => {
    const machine = new RecordedMachine();
    machine.files.set(BUNDLE, '');
    machine.ends.set('rauc info', {
      code: info === null ? 1 : 0,
      out: info ?? '',
      err: info === null ? 'noise\nsomething new' : '',
    });
    const reply = await ask(machine, {
      verb: 'install-update',
      ...(allowDowngrade === undefined ? {} : { allowDowngrade }),
    });
    assert.equal(reply.ok ? null : reply.code, code, JSON.stringify(reply));
    assert.equal(machine.done.includes(`rauc install ${BUNDLE}`), code === null);
    if (info === null) {
      assert.equal(reply.detail, 'something new');
    }
  });
}

test('pre-releases are older and newer as semantic versioning says', () => {
  const order = ['1.5.0-1', '1.5.0-2', '1.5.0-10', '1.5.0-beta', '1.5.0-rc.1', '1.5.0-rc.1.1'];
  const rising = [...order, '1.5.0-rc.2', '1.5.0-rc.10', '1.5.0', '1.5.1-rc.1'];
  const bundle = { product: 'pisang', architecture: 'armhf', schema: null, signing: 'release' };
  for (const [index, version] of rising.entries()) {
    for (const [other, running] of rising.entries()) {
      const refusal = refusalOf({ ...bundle, version }, { ...RUNNING, version: running }, false);
      const expected = index < other ? 'update-older' : undefined;
      assert.equal(refusal?.code, expected, `${version} over ${running}`);
    }
  }
});

test('a card so slow that RAUC is still writing is told as such', async () => {
  const machine = new RecordedMachine();
  machine.files.set(BUNDLE, '');
  machine.ends.set('rauc info', { code: 0, out: info('1.5.0'), err: '' });
  machine.ends.set('rauc install', { code: null, out: '', err: 'killed' });
  const reply = await ask(machine, { verb: 'install-update' });
  assert.equal(reply.ok ? null : reply.code, 'update-slow');
});

test('the schema of a database is read from its header', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-schema-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pisang.db');
  assert.equal(storedSchema(file), 0);
  writeFileSync(file, '');
  assert.equal(storedSchema(file), 0);
  const database = new Database(file);
  database.pragma('user_version = 258');
  database.close();
  assert.equal(storedSchema(file), 258);
});

test('an update that turns out damaged while it is installed is refused in our words', async () => {
  const machine = new RecordedMachine();
  machine.files.set(BUNDLE, '');
  machine.ends.set('rauc info', { code: 0, out: info('1.5.0'), err: '' });
  // As RAUC 1.13 says it on a box.
  machine.ends.set('rauc install', {
    code: 1,
    out: 'installing\n 99% Updating slots failed.\n100% Installing failed.\nLastError: Installation error: Failed updating slot rootfs.1: Failed to copy data: Error reading from file: Input/output error\n',
    err: 'Installing `/var/lib/pisang/update/bundle.raucb` failed\n',
  });
  const reply = await ask(machine, { verb: 'install-update' });
  assert.equal(reply.ok ? null : reply.code, 'update-changed');
  assert.match(
    reply.ok ? '' : reply.detail,
    /^The update was changed or damaged after it was signed; .* \(Installation error: .* Input\/output error\)$/,
  );
});

test('who signed it is said where it was not the release key', async () => {
  const machine = new RecordedMachine();
  machine.files.set(BUNDLE, '');
  const out = info('1.5.0', { signing: 'development-signed' });
  machine.ends.set('rauc info', { code: 0, out, err: '' });
  const { detail } = await ask(machine, { verb: 'install-update' });
  assert.equal(detail, 'Version 1.5.0 (development-signed) is installed; a restart tries it.');
});
