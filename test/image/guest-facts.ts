import assert from 'node:assert/strict';
import type { StatusDocument } from '../../app/status/index.ts';
import type { Guest } from './guest.ts';
import { overlaySysctls } from './overlay-tree.ts';

/** What must be the same after each start, by name. */
const LASTING: Readonly<Record<string, string>> = {
  machineId: 'cat /etc/machine-id',
  hostName: 'hostname',
  sshHostKey: 'ssh-keygen -lf /var/lib/pisang/box/ssh_host_ed25519_key',
  certificate: 'openssl x509 -in /var/lib/pisang/app/tls/cert.pem -noout -fingerprint -sha256',
  dataKiB: 'df -k --output=size /var/lib/pisang | tail -n 1',
  apiKey: "grep 'API key' /boot/pisang/RESULT.txt",
};
/** Kernel messages of a file system that is not as it should be; recovering a journal is. */
const FILE_SYSTEM_FAULTS =
  'EXT4-fs (error|warning)|EXT4-fs.*corrupt|FAT-fs.*(error|corrupt)|I/O error';

/** The values of shell expressions in the guest, in one line each, asked for over one connection. */
export async function valuesIn(
  guest: Guest,
  expressions: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const script = Object.entries(expressions).map(
    ([name, expression]) =>
      `printf '%s=%s\\n' '${name}' "$({ ${expression}; } 2>&1 | tr '\\n\\t' '  ')"`,
  );
  const printed = await guest.ssh(script.join('\n'));
  return Object.fromEntries(
    printed
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => line.split(/=(.*)/s).map((half) => half.trim())),
  );
}

export function lastingFacts(guest: Guest): Promise<Record<string, string>> {
  return valuesIn(guest, LASTING);
}

/** SHA-256 of the certificate, in hexadecimal with colons, out of lasting facts. */
export function fingerprintIn(facts: Readonly<Record<string, string>>): string {
  return facts['certificate']?.split('=')[1] ?? '?';
}

/** No unit failed and no file system complained since this start. */
export async function assertHealthy(guest: Guest): Promise<void> {
  const found = await valuesIn(guest, {
    failed: 'systemctl --failed --no-legend --plain',
    faults: `dmesg | grep -iE '${FILE_SYSTEM_FAULTS}'`,
  });
  assert.deepEqual(found, { failed: '', faults: '' });
}

/** The kernel's values are those of the overlays; returns the settings that this kernel does not know. */
export async function assertSysctls(guest: Guest): Promise<readonly string[]> {
  const wanted = new Map(overlaySysctls());
  const file = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;
  const found = await valuesIn(
    guest,
    Object.fromEntries([...wanted.keys()].map((name) => [name, `cat ${file(name)}`])),
  );
  const unknown = [...wanted.keys()].filter((name) => /No such file/.test(found[name] ?? ''));
  for (const name of unknown) wanted.delete(name);
  const known = Object.fromEntries([...wanted.keys()].map((name) => [name, found[name]]));
  assert.deepEqual(known, Object.fromEntries(wanted));
  return unknown;
}

/** Open files of both processes, the backlog of the listening sockets, and whose processes they are. */
export async function assertLimits(guest: Guest): Promise<void> {
  const process = (unit: string): string => `$(systemctl show -P MainPID ${unit})`;
  const limit = (unit: string): string =>
    `awk '/^Max open files/ { print $4, $5 }' /proc/${process(unit)}/limits`;
  const owner = (unit: string): string => `ps -o user= -p ${process(unit)}`;
  const found = await valuesIn(guest, {
    apiFiles: limit('pisang-api'),
    modemFiles: limit('pisang-modem'),
    backlogs: "ss -Hltn 'sport = :80' | awk '{ print $3 }' | sort -u",
    apiUser: owner('pisang-api'),
    modemUser: owner('pisang-modem'),
  });
  assert.deepEqual(found, {
    apiFiles: '1048576 1048576',
    modemFiles: '1048576 1048576',
    backlogs: '65535',
    apiUser: 'pisang',
    modemUser: 'pisang',
  });
}

/** What the status says of the newest update, and by which codes it tells people. */
export async function updateResult(guest: Guest): Promise<[string, string[]]> {
  const { body } = await guest.fetch('GET', '/v1/status');
  const { update, conditions } = JSON.parse(body) as StatusDocument;
  const codes = conditions.map(({ code }) => code).filter((code) => code.startsWith('update-'));
  return [update.lastResult, codes];
}
