import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { GatewayError } from '../../app/domain/gateway-error.ts';
import type { Link } from '../../app/link/link.ts';
import { openLink } from '../../app/link/open-link.ts';
import { serialOpenFault } from '../../app/link/port-errors.ts';
import { findPortHolder } from '../../app/link/port-holder.ts';
import type { UnixPort } from '../../app/link/serial-device.ts';
import { SerialLink } from '../../app/link/serial-link.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { buildPtyHelper, type Pty } from '../support/pty.ts';

let helper: ReturnType<typeof buildPtyHelper>;
let pty: Pty;
let folder: string;
before(() => {
  helper = buildPtyHelper();
});
after(() => helper.clean());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pisang-'));
  pty = await helper.open();
});
afterEach(async () => {
  await pty.hangUp();
  rmSync(folder, { recursive: true });
});

/** The clock stands still: no time-out runs out during these tests. */
const clock = new FakeClock();

function open(path: string = pty.path): Promise<Link> {
  return openLink(`serial:${path}?baud=115200`, { clock });
}

function received(link: Link, text: string): Promise<void> {
  return new Promise((resolve) => {
    let all = '';
    link.onData((bytes) => {
      all += Buffer.from(bytes).toString('latin1');
      if (all.endsWith(text)) {
        resolve();
      }
    });
  });
}

test('octets pass a real tty unchanged in both directions', async () => {
  const every = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join('');
  const link = await open();
  const echoed = received(link, every);
  pty.onData((text) => pty.deliver(text));
  await Promise.all([
    link.write(Buffer.from(every.slice(0, 100), 'latin1')),
    link.write(Buffer.from(every.slice(100), 'latin1')),
  ]);
  await echoed;
  assert.deepEqual(await link.close(), { hung: false });
  assert.deepEqual(await link.close(), { hung: false });
});

test('an unplugged modem ends the link once, with link-lost', async () => {
  const link = await open();
  const closes: (GatewayError | null)[] = [];
  const closed = new Promise<void>((resolve) => {
    link.onClose((error) => {
      closes.push(error);
      resolve();
    });
  });
  await pty.hangUp();
  await closed;
  await assert.rejects(link.write(Buffer.from('AT\r')), { code: 'link-lost' });
  assert.deepEqual(await link.close(), { hung: false });
  assert.deepEqual(
    closes.map((error) => error?.code),
    ['link-lost'],
  );
  pty = await helper.open();
});

test('a port that is open already is busy', async () => {
  const link = await open();
  await assert.rejects(open(), { code: 'port-busy', retry: 'later' });
  await link.close();
  await (await open()).close();
});

test('the holder of a port is found by name', async () => {
  const alias = join(folder, 'by-id');
  symlinkSync(pty.path, alias);
  assert.deepEqual(await findPortHolder(alias), { pid: pty.pid, name: 'pty' });
  assert.equal(await findPortHolder(join(folder, 'nothing')), null);
});

test('a missing device and a file that is no tty have their codes', async () => {
  await assert.rejects(open(join(folder, 'ttyUSB0')), { code: 'port-not-found' });
  await assert.rejects(open('/dev/null'), { code: 'port-failed' });
});

test('what the system says becomes one of our codes', () => {
  const faults: [string, string][] = [
    ['Error: No such file or directory, cannot open /dev/ttyUSB0', 'port-not-found'],
    ['Error: No such device, cannot open /dev/ttyUSB0', 'port-not-found'],
    ['Error: Permission denied, cannot open /dev/ttyUSB0', 'port-denied'],
    ['Error: Device or resource busy, cannot open /dev/ttyUSB0', 'port-busy'],
    ['Error Resource temporarily unavailable Cannot lock port', 'port-busy'],
    ['Error: Input/output error, cannot open /dev/ttyUSB0', 'port-failed'],
  ];
  for (const [text, code] of faults) {
    assert.equal(serialOpenFault(new Error(text)), code);
  }
  assert.equal(serialOpenFault(Object.assign(new Error('x'), { code: 'EACCES' })), 'port-denied');
});

/** A port whose reads wait for ever. */
function quietPort(changes: Partial<UnixPort>): UnixPort {
  return {
    fd: -1,
    isOpen: true,
    poller: { once: () => {} },
    write: async () => {},
    flush: async () => {},
    close: async () => {},
    ...changes,
  };
}

test('a close that hangs is reported after its limit', async () => {
  const ownClock = new FakeClock();
  const port = quietPort({ close: () => new Promise(() => {}) });
  const link = new SerialLink('serial:/dev/ttyUSB0', port, ownClock);
  const report = link.close();
  await ownClock.advance(5_000);
  assert.deepEqual(await report, { hung: true });
  assert.equal(ownClock.pendingTimers(), 0);
});

test('writes keep their order, and one that fails ends the link', async () => {
  const begun: string[] = [];
  const release: (() => void)[] = [];
  const link = new SerialLink(
    'serial:/dev/ttyUSB0',
    quietPort({
      write: (bytes) =>
        new Promise((resolve, reject) => {
          begun.push(bytes.toString());
          release.push(begun.length < 3 ? resolve : () => reject(new Error('EIO')));
        }),
    }),
    new FakeClock(),
  );
  const writes = ['a', 'b', 'c'].map((text) => link.write(Buffer.from(text)));
  assert.deepEqual(begun, ['a'], 'the first one leaves at the call');
  for (let turn = 0; turn < 3; turn += 1) {
    release[turn]?.();
    await settle();
  }
  assert.deepEqual(begun, ['a', 'b', 'c']);
  const results = await Promise.allSettled(writes);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
});

test('a tty that reads nothing for ever, as a removed USB port does, is lost', async () => {
  const nothing = openSync('/dev/null', 'r');
  const link = new SerialLink(
    'serial:/dev/ttyUSB0',
    quietPort({ fd: nothing, poller: { once: (_event, callback) => callback(null) } }),
    new FakeClock(),
  );
  const lost = await new Promise<GatewayError | null>((resolve) => link.onClose(resolve));
  assert.equal(lost?.code, 'link-lost');
  closeSync(nothing);
});
