import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommandLine } from '../../app/commands/command-line.ts';
import {
  OVERLAYS,
  overlayFiles,
  overlaySysctls,
  overlayText,
  REPOSITORY,
  unitValues,
} from './overlay-tree.ts';

/** Where a file may lie. A new place is a decision: add it here. */
const PLACES: readonly RegExp[] = [
  /^etc\/(fstab|fw_env\.config|hostname|hosts|localtime)$/,
  /^etc\/avahi\/(avahi-daemon\.conf|services\/pisang\.service)$/,
  /^etc\/dbus-1\/system\.d\/pisang\.conf$/,
  /^etc\/issue\.d\/pisang\.issue$/,
  /^etc\/pisang\/config\.json$/,
  /^etc\/rauc\/system\.conf$/,
  /^etc\/security\/limits\.d\/[0-9]{2}-pisang\.conf$/,
  /^etc\/ssh\/sshd_config\.d\/pisang\.conf$/,
  /^etc\/systemd\/system\/[\w@-]+\.(automount|mount|service|socket|timer)$/,
  /^etc\/systemd\/system-generators\/[a-z0-9-]+$/,
  /^etc\/udev\/rules\.d\/[0-9]{2}-[a-z0-9_-]+\.rules$/,
  /^usr\/bin\/pisang$/,
  /^usr\/lib\/clock-epoch$/,
  /^usr\/lib\/(modprobe|sysusers|tmpfiles)\.d\/pisang\.conf$/,
  /^usr\/lib\/pisang\/[a-z]+$/,
  /^usr\/lib\/sysctl\.d\/[0-9]{2}-pisang\.conf$/,
  /^usr\/lib\/systemd\/(journald|logind|resolved|system|timesyncd)\.conf\.d\/pisang\.conf$/,
  /^usr\/lib\/systemd\/network\/[0-9]{2}-pisang\.network$/,
  /^usr\/lib\/systemd\/system\/pisang(-[a-z]+)?\.(service|socket|target|timer)$/,
  /^usr\/lib\/systemd\/system\/[a-z@-]+\.(mount|service)\.d\/pisang\.conf$/,
  /^usr\/lib\/systemd\/system-preset\/00-pisang\.preset$/,
  /^usr\/lib\/udev\/rules\.d\/[0-9]{2}-pisang-[a-z-]+\.rules$/,
];

const SCRIPTS = overlayFiles().filter(({ isExecutable }) => isExecutable);

test('every file lies in a known place', () => {
  const strays = overlayFiles().filter(({ path }) => !PLACES.some((place) => place.test(path)));
  assert.deepEqual(strays, []);
});

/** All other links are masks. */
const LINKS: ReadonlyMap<string, string> = new Map([
  // Follows what was provisioned, although the slot is read-only (usr/lib/pisang/settings).
  ['etc/localtime', '../run/pisang-localtime'],
]);

test('links are masks or known, and only programs are executable', () => {
  for (const { path, isLink, isExecutable } of overlayFiles()) {
    if (isLink) {
      assert.equal(readlinkSync(join(OVERLAYS, path)), LINKS.get(path) ?? '/dev/null', path);
    }
    assert.equal(isExecutable, /^usr\/(bin|lib\/pisang)\//.test(path), path);
  }
});

test('every setting has a reason: a comment before it in its paragraph', () => {
  const unexplained: string[] = [];
  for (const { path, isLink } of overlayFiles()) {
    if (
      isLink ||
      /^usr\/(bin|lib\/pisang)\/|hostname$|\.issue$|\.json$|avahi\/services|dbus-1/.test(path)
    ) {
      continue;
    }
    let explained = false;
    for (const [index, line] of overlayText(path).split('\n').entries()) {
      if (line.trim() === '') {
        explained = false;
      } else if (line.startsWith('#')) {
        explained = line.length > 4;
      } else if (!/^\[[\w.-]+\]$/.test(line) && !explained) {
        unexplained.push(`${path}:${index + 1}: ${line}`);
      }
    }
  }
  const service = overlayText('etc/avahi/services/pisang.service').split('\n');
  service.forEach((line, index) => {
    if (/<\/(name|type|port|txt-record)>/.test(line) && !service[index - 1]?.includes('<!--')) {
      unexplained.push(line);
    }
  });
  assert.deepEqual(unexplained, []);
});

/** The box makes its own pair at its first start; here it does not exist. */
const TLS_PAIR = {
  PISANG_HTTP_TLS_CERT_FILE: join(REPOSITORY, 'test/fixtures/tls/first-cert.pem'),
  PISANG_HTTP_TLS_KEY_FILE: join(REPOSITORY, 'test/fixtures/tls/first-key.pem'),
};

test('the configuration of the slot is valid, and each field of it has its reason', async () => {
  const said: string[] = [];
  const code = await runCommandLine(
    ['--config', join(OVERLAYS, 'etc/pisang/config.json'), 'config', 'check'],
    { environment: TLS_PAIR, print: () => {}, complain: (line) => said.push(line) },
  );
  assert.deepEqual({ code, said }, { code: 0, said: [] });
  const config = JSON.parse(overlayText('etc/pisang/config.json')) as object;
  const reasons = readFileSync(join(OVERLAYS, 'etc/pisang/README.md'), 'utf8');
  const without = fieldsOf(config).filter((field) => !reasons.includes(`- \`${field}\`: `));
  assert.deepEqual(without, []);
});

function fieldsOf(value: object, prefix = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? fieldsOf(inner, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  );
}

test('the limits agree with each other and with the program', () => {
  const sysctl = overlaySysctls();
  const number = (name: string): number => Number(sysctl.get(name));
  const limits = ['api', 'modem'].map((name) =>
    unitValues(`pisang-${name}.service`, 'LimitNOFILE'),
  );
  assert.deepEqual(limits, [['1048576'], ['1048576']]);
  const files = Number(limits[0]?.[0]);
  assert.ok(files <= number('fs.nr_open') && number('fs.nr_open') <= number('fs.file-max'));
  const config = JSON.parse(overlayText('etc/pisang/config.json')) as { http: { backlog: number } };
  assert.equal(config.http.backlog, number('net.core.somaxconn'));
  assert.ok(number('vm.dirty_background_bytes') < number('vm.dirty_bytes'));
  assert.ok(number('kernel.panic') > 0);
});

test('systemd waits longer than the services take to stop', () => {
  for (const [name, margin] of [
    ['api', 5],
    ['modem', 5],
  ] as const) {
    const source = readFileSync(join(REPOSITORY, `app/commands/${name}.ts`), 'utf8');
    const graceMs = /GRACE_MS = ([\d_]+);/.exec(source)?.[1]?.replaceAll('_', '');
    const [stop = ''] = unitValues(`pisang-${name}.service`, 'TimeoutStopSec');
    assert.ok(Number.parseInt(stop, 10) * 1000 >= Number(graceMs) + margin * 1000, name);
  }
});

test('udev rules: known keys, every jump has its label', () => {
  const term =
    /^(ACTION|SUBSYSTEMS?|KERNEL|ENV\{\w+\}|ATTR\{[\w/]+\}|TEST|GROUP|MODE|SYMLINK|TAG|GOTO|LABEL)(==|!=|=|\+=|-=)"[^"]*"$/;
  for (const { path } of overlayFiles().filter((file) => file.path.endsWith('.rules'))) {
    const rules = overlayText(path)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    for (const rule of rules) {
      const bad = rule.split(/,\s*(?=[A-Z])/).filter((part) => !term.test(part));
      assert.deepEqual(bad, [], `${path}: ${rule}`);
    }
    const named = (key: string): readonly string[] =>
      rules.flatMap((rule) =>
        [...rule.matchAll(new RegExp(`${key}="(\\w+)"`, 'g'))].map((m) => m[1] ?? ''),
      );
    for (const label of named('GOTO')) {
      assert.ok(named('LABEL').includes(label), `${path}: ${label}`);
    }
  }
});

for (const { path } of SCRIPTS) {
  test(`${path} is POSIX sh that shellcheck finds nothing in`, () => {
    assert.match(overlayText(path), /^#!\/bin\/sh\n# /, 'says what it is for');
    const file = join(OVERLAYS, path);
    for (const command of [
      ['sh', '-n', file],
      ['shellcheck', '--shell=sh', '--severity=style', file],
    ]) {
      const [program = '', ...args] = command;
      const run = spawnSync(program, args, { encoding: 'utf8' });
      assert.equal(run.error, undefined, 'apt-get install -y shellcheck');
      assert.equal(run.status, 0, run.stdout + run.stderr);
    }
  });
}
