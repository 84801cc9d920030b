import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { candidatePorts } from '../../app/link/candidate-ports.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pisang-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(join(root, target), join(root, path));
}

/** A tty as kernel and udev show it; `socket` such as `1-1.2`. */
function tty(
  name: string,
  facts: {
    socket?: string;
    interfaceNumber?: number;
    vendorId?: string;
    byPath?: string;
    byId?: string;
  },
): void {
  write(`dev/${name}`);
  if (facts.socket !== undefined) {
    const device = `sys/devices/usb1/${facts.socket}`;
    const port = `${device}/${facts.socket}:1.${facts.interfaceNumber}/${name}`;
    write(`${port}/port_number`);
    write(`${device}/idVendor`, `${facts.vendorId}\n`);
    link(`sys/class/tty/${name}/device`, port);
  }
  if (facts.byPath !== undefined) {
    link(`dev/serial/by-path/${facts.byPath}`, `dev/${name}`);
  }
  if (facts.byId !== undefined) {
    link(`dev/serial/by-id/${facts.byId}`, `dev/${name}`);
  }
}

test('a box without serial devices has no candidates', async () => {
  assert.deepEqual(await candidatePorts(root), []);
});

test('two like sticks are two groups, their AT interface comes first, diagnosis last', async () => {
  for (const [stick, socket] of [
    [0, '1-1.2'],
    [1, '1-1.3'],
  ] as const) {
    for (const interfaceNumber of [0, 1, 2]) {
      const name = `ttyUSB${stick * 3 + interfaceNumber}`;
      tty(name, {
        socket,
        interfaceNumber,
        vendorId: '12d1',
        byPath: `platform-usb-0:${socket.slice(2)}:1.${interfaceNumber}-port0`,
        // Without a serial number both have the same name; the first one owns it.
        ...(stick === 0 ? { byId: `usb-HUAWEI_Mobile-if0${interfaceNumber}-port0` } : {}),
      });
    }
  }
  const groups = await candidatePorts(root);
  assert.deepEqual(
    groups.map((group) => [
      group.id,
      ...group.ports.map((port) => `${port.device} ${port.rank} ${port.interfaceNumber}`),
    ]),
    [
      ['1-1.2', '/dev/ttyUSB2 preferred 2', '/dev/ttyUSB0 preferred 0', '/dev/ttyUSB1 last 1'],
      ['1-1.3', '/dev/ttyUSB5 preferred 2', '/dev/ttyUSB3 preferred 0', '/dev/ttyUSB4 last 1'],
    ],
  );
  assert.equal(
    groups[1]?.ports[0]?.port,
    'serial:/dev/serial/by-path/platform-usb-0:1.3:1.2-port0',
  );
});

test('without sysfs the links group and rank; without links the bare name is used', async () => {
  tty('ttyUSB10', { byId: 'usb-Quectel_EG25-if00-port0' });
  tty('ttyUSB2', { byId: 'usb-Quectel_EG25-if02-port0' });
  tty('ttyACM0', {});
  write('dev/ttyS0');
  const groups = await candidatePorts(root);
  assert.deepEqual(
    groups.map((group) => group.ports.map((port) => [port.port, port.rank])),
    [
      [['serial:/dev/ttyACM0', 'possible']],
      [
        ['serial:/dev/serial/by-id/usb-Quectel_EG25-if02-port0', 'preferred'],
        ['serial:/dev/serial/by-id/usb-Quectel_EG25-if00-port0', 'last'],
      ],
    ],
  );
});
