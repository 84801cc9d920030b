import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guest } from './guest.ts';
import { preparedCard } from './prepared-card.ts';
import { decodeState, readSector, STATE_BACKUP, STATE_SECTOR } from './state-sector.ts';
import { BundleShelf } from './update-bundles.ts';
import { UsbModem } from './usb-modem.ts';

/** For one step of a guest that shares this machine with other work. */
const STEP_MS = 1_200_000;
const RESET_AFTER_MS = 12_000;

/** What `pisang update` says of each; the guest's RAUC is the judge. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  foreign: /^pisang: The update is signed by somebody whom this system does not trust\. \(/,
  unsigned: /^pisang: The update is not signed, so it is not taken\. \(/,
  changed: /^pisang: The update was changed after it was signed\. \(/,
  cut: /^pisang: The file is no whole update: /,
  arm64: /^pisang: This update is for arm64; this box needs armhf\./,
  durian: /^pisang: This update is for durian, not for pisang\./,
  older: /^pisang: Version 0\.0\.1 is older than 0\.1\.0, which runs; --allow-downgrade /,
  'ancient --allow-downgrade':
    /^pisang: Version 0\.0\.1 can not read the messages that 0\.1\.0 has stored\./,
  huge: /^pisang: The update is larger than 512 MiB, so it is not taken\./,
  absent: /^pisang: http:.* can not be fetched: it answers with status 404/,
  // Last, because only this one is noticed while the slot is written.
  'changed-block': /^pisang: The update was changed or damaged after it was signed; /,
};

test('virt: good, broken, unbootable and refused updates of one box with messages in its queue', {
  timeout: 3 * 3_600_000,
}, async (t) => {
  const card = await preparedCard(t);
  const shelf = await BundleShelf.open(t, card.folder);
  await shelf.addSystem('broken', '0.2.0');
  await shelf.addSystem('good', '0.3.0');
  await shelf.addSmall('small');
  await shelf.addForeign('foreign');
  await shelf.addSmall('arm64', ['architecture=arm64']);
  await shelf.addSmall('durian', ['product=durian']);
  await shelf.addSmall('older', ['version=0.0.1']);
  await shelf.addSmall('ancient', ['version=0.0.1', 'schema=unknown']);
  shelf.addSpoilt('unsigned', 'small', (octets) =>
    Buffer.concat([octets.subarray(0, 1_048_576), Buffer.alloc(4096)]),
  );
  shelf.addSpoilt('cut', 'small', (octets) => octets.subarray(0, octets.length >> 1));
  shelf.addSpoilt('changed', 'small', (octets) => {
    octets.write('version=9.9.9', octets.lastIndexOf('version=0.2.0'), 'latin1');
    return octets;
  });
  shelf.addSpoilt('changed-block', 'small', (octets) => octets.fill(0x55, 1_000_000, 1_000_004));

  const modem = await UsbModem.start(card.folder, 100);
  t.after(() => modem.close());
  const options = { devices: modem.devices, open: true };
  let box = await Guest.powerOn(card, options);
  t.after(() => box.cutPower());
  const accepted: string[] = [];
  const note = (text: string): void => {
    const line = `${new Date().toISOString()} ${text}`;
    t.diagnostic(line);
    if (process.env['GUEST_CONSOLE'] !== undefined) process.stderr.write(`${line}\n`);
  };

  const state = (): Readonly<Record<string, string>> =>
    decodeState(readSector(card.file, STATE_SECTOR)) ?? {};
  const send = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const to = `+62811009${String(accepted.length).padStart(5, '0')}`;
      const answer = await box.fetch('POST', '/v1/messages', { to, text: `Nomor ${to}` });
      assert.equal(answer.status, 202, answer.body);
      accepted.push(to);
    }
  };
  const sent = (): string[] => modem.journal().map(({ to }) => to);
  const allSentOnce = async (): Promise<void> => {
    await box.machine.waitFor('empty queue', () => sent().length >= accepted.length, STEP_MS);
    await sleep(5_000);
    assert.deepEqual(sent().toSorted(), accepted.toSorted());
  };
  const network = async (isThere: boolean): Promise<void> => {
    const faults = isThere ? {} : { registrationLost: true };
    assert.equal((await modem.control('POST', '/faults', faults)).status, 200);
  };
  /** The modem loses its network, and some messages wait for it. */
  const fillQueue = async (): Promise<void> => {
    await network(false);
    await sleep(30_000);
    await send(5);
  };
  const update = async (...words: string[]): Promise<string> =>
    box.ssh(`pisang update ${words.join(' ')} 2>&1; echo "exit $?"`, STEP_MS);
  const install = async (name: string, ...words: string[]): Promise<string> => {
    const from = performance.now();
    const said = await update(shelf.url(name), ...words);
    note(
      `${name} installed in ${((performance.now() - from) / 1_000).toFixed(0)} s: ${said.split('\n')[0]}`,
    );
    return said;
  };
  const starts = (count: number): Promise<void> =>
    box.machine.waitFor(`start ${count}`, () => box.machine.starts.length >= count, STEP_MS, 100);
  const ready = async (): Promise<void> => {
    await box.answers('/health/ready', STEP_MS);
    note(`accepts messages ${box.seconds} s after power-on; ${box.machine.starts.at(-1)}`);
  };
  const reset = async (): Promise<void> => {
    await box.cutPower();
    box = await Guest.powerOn(card, options);
    await box.machine.until(/Starting kernel/, STEP_MS);
  };

  await t.test('the first start, and messages that leave', async () => {
    await ready();
    await send(5);
    await allSentOnce();
    assert.match(
      await update('status'),
      /^version 0\.1\.0 runs, development-signed\nslot A: runs, /,
    );
  });

  for (const [name, sentence] of Object.entries(REFUSED)) {
    await t.test(`refused in the guest: ${name}`, async () => {
      const said = await update(shelf.url(name));
      note(`${name}: ${said.trim().replaceAll('\n', ' | ')}`);
      assert.match(said, sentence);
      assert.match(said, /\nexit 1\n$/);
      assert.equal(state()['BOOT_ORDER']?.split(' ')[0] ?? 'A', 'A');
    });
  }

  await t.test('a slot that was written halfway is never started', () => {
    assert.equal(state()['BOOT_B_LEFT'], '0');
  });

  await t.test('a system that never becomes healthy: back to A by itself', async () => {
    await fillQueue();
    assert.match(
      await install('broken'),
      /^Version 0\.2\.0 \(development-signed\) is installed; a restart tries it\.\n/,
    );
    assert.deepEqual([state()['BOOT_ORDER'], state()['BOOT_B_LEFT']], ['B A', '3']);
    const before = box.machine.starts.length;
    await box.ssh('pisang box reboot');
    await starts(before + 1);
    await network(true);
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=B trial=1 .* B=2 /);
    // It gives up by itself and starts anew …
    await starts(before + 2);
    note(`gave up by itself: ${box.machine.starts.at(-1)}`);
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=B trial=1 .* B=1 /);
    // … and the power fails in the second and third try.
    await sleep(RESET_AFTER_MS);
    await reset();
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=B trial=1 .* B=0 /);
    assert.equal(sent().length, 5, 'nothing was sent on trial');
    await sleep(RESET_AFTER_MS);
    await reset();
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=A trial=0 /);
    await ready();
    await allSentOnce();
    const isFirst = (): boolean => state()['BOOT_ORDER'] === 'A B';
    await box.machine.waitFor('A as the first choice', isFirst, STEP_MS);
    const said = await update('status');
    note(said.trim().replaceAll('\n', ' | '));
    assert.match(said, /\nslot B: stands by, is not started again, .*version 0\.2\.0/);
  });

  await t.test(
    'a good system: on trial nothing is accepted or sent; then it is marked good',
    async () => {
      await fillQueue();
      const before = [...sent()];
      assert.match(await install('good'), /^Version 0\.3\.0 .*is installed/);
      const earlier = box.machine.starts.length;
      await box.ssh('pisang box reboot');
      await starts(earlier + 1);
      await network(true);
      await box.answers('/health/live', STEP_MS);
      const refused = await box.fetch('POST', '/v1/messages', { to: '+6281100900999', text: 'x' });
      assert.deepEqual([refused.status, JSON.parse(refused.body).code], [503, 'updating']);
      assert.ok(Number(refused.headers['retry-after']) > 0);
      const isUp = async (): Promise<boolean> =>
        /^1$/m.test(
          await box.ssh(
            'busybox wget -q -T 3 -O /dev/null http://127.0.0.1/health/boot && echo 1 || echo 0',
          ),
        );
      await box.machine.waitFor('health on trial', isUp, STEP_MS, 5_000);
      assert.equal((await box.fetch('GET', '/health/ready')).status, 503);
      await sleep(30_000);
      note(`on trial, healthy, ${(await box.fetch('GET', '/v1/modems')).body.slice(0, 300)}`);
      assert.deepEqual(sent(), before);
      assert.equal(state()['BOOT_GOOD'] ?? 'A', 'A');
      await box.ssh('touch /run/test-gate');
      await ready();
      await allSentOnce();
      assert.deepEqual(
        [state()['BOOT_GOOD'], state()['BOOT_ORDER'], state()['BOOT_B_LEFT']],
        ['B', 'B A', '3'],
      );
      const [sector, copy] = [STATE_SECTOR, STATE_BACKUP].map((at) => readSector(card.file, at));
      assert.deepEqual(copy, sector);
      assert.match(await box.ssh('cat /etc/pisang-version'), /^0\.3\.0$/m);
      await send(1);
      await allSentOnce();
    },
  );

  await t.test('six power cuts 12 s into a good slot leave it the good one', async () => {
    for (let cut = 1; cut <= 6; cut++) {
      await reset();
      assert.match(
        box.machine.starts.at(-1) ?? '',
        new RegExp(`^slot=B trial=0 .* left=${10 - cut}$`),
      );
      await sleep(RESET_AFTER_MS);
    }
    await reset();
    await ready();
    const isForgotten = (): boolean => state()['BOOT_GOOD_LEFT'] === undefined;
    await box.machine.waitFor('an empty count', isForgotten, STEP_MS);
    assert.equal(state()['BOOT_GOOD'], 'B');
    await allSentOnce();
  });

  await t.test('a wanted downgrade that can not even start: back to B by itself', async () => {
    assert.match(await install('older', '--allow-downgrade'), /^Version 0\.0\.1 .*is installed/);
    const before = box.machine.starts.length;
    await box.ssh('pisang box reboot');
    await starts(before + 4);
    const slots = box.machine.starts.slice(before).map((line) => line.slice(0, 14));
    assert.deepEqual(slots, [
      'slot=A trial=1',
      'slot=A trial=1',
      'slot=A trial=1',
      'slot=B trial=0',
    ]);
    await ready();
    await send(1);
    await allSentOnce();
    assert.match(await update('status'), /\nslot A: stands by, is not started again/);
  });
});
