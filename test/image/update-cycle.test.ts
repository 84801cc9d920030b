import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guest } from './guest.ts';
import { updateResult } from './guest-facts.ts';
import { preparedCard } from './prepared-card.ts';
import { decodeState, readSector, STATE_BACKUP, STATE_SECTOR } from './state-sector.ts';
import { BundleShelf, putOnTrial, putQueue } from './update-bundles.ts';
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

test('virt: refused, good and broken updates of one box with messages in its queue', {
  timeout: 3 * 3_600_000,
}, async (t) => {
  const card = await preparedCard(t);
  const accepted = await putQueue(card, 5);
  const shelf = await BundleShelf.open(t, card.folder);
  const modem = await UsbModem.start(card.folder, 100);
  t.after(() => modem.close());
  const network = async (isThere: boolean): Promise<void> => {
    const faults = isThere ? {} : { registrationLost: true };
    assert.equal((await modem.control('POST', '/faults', faults)).status, 200);
  };
  await network(false);
  const options = { devices: modem.devices, open: true };
  let box = await Guest.powerOn(card, options);
  t.after(() => box.cutPower());
  // While the guest starts for the first time, from slot A, and takes its settings.
  await shelf.addSystem('broken', '0.2.0');
  await shelf.addSystem('next', '0.4.0');
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
  /** The modem loses its network, and some messages wait for it. */
  const fillQueue = async (): Promise<void> => {
    await network(false);
    await sleep(15_000);
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
  /** As a person asks for it; until the loader has chosen a slot. */
  const restart = async (): Promise<void> => {
    const before = box.machine.starts.length;
    // Beside the connection, which may end before the command that ends it has been answered.
    await box.ssh('nohup sh -c "sleep 1; pisang box reboot" >/dev/null 2>&1 &');
    await starts(before + 1);
  };
  const ready = async (): Promise<void> => {
    await box.answers('/health/ready', STEP_MS);
    note(`accepts messages ${box.seconds} s after power-on; ${box.machine.starts.at(-1)}`);
  };
  const reset = async (): Promise<void> => {
    await box.cutPower();
    box = await Guest.powerOn(card, options);
    await box.machine.until(/Starting kernel/, STEP_MS);
  };

  await t.test('on trial nothing is accepted or sent; then it is marked good', async () => {
    await ready();
    assert.equal((await box.fetch('GET', '/v1/status')).status, 200);
    await box.powerOff();
    await putOnTrial(card, 'good');
    await network(true);
    box = await Guest.powerOn(card, options);
    await starts(1);
    assert.equal(box.machine.starts[0], 'slot=B trial=1 order=B A A=3 B=2 good=A left=a');
    await box.answers('/health/live', STEP_MS);
    note(`on trial: answers ${box.seconds} s after power-on`);
    const isHealthy = async (): Promise<boolean> =>
      /yes/.test(
        await box.ssh(
          'busybox wget -q -T 9 -O /dev/null http://127.0.0.1/health/boot && echo yes || true',
          STEP_MS,
        ),
      );
    await box.machine.waitFor('health on trial', isHealthy, STEP_MS, 5_000);
    const refused = await box.fetch('POST', '/v1/messages', { to: '+6281100900999', text: 'x' });
    assert.deepEqual([refused.status, JSON.parse(refused.body).code], [503, 'updating']);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await box.fetch('GET', '/health/ready')).status, 503);
    await sleep(30_000);
    note(`on trial and healthy: ${(await box.fetch('GET', '/v1/modems')).body.slice(0, 250)}`);
    assert.deepEqual(sent(), []);
    assert.equal(state()['BOOT_GOOD'], 'A');
    await box.ssh('touch /run/test-gate');
    await ready();
    await allSentOnce();
    const { BOOT_GOOD, BOOT_ORDER, BOOT_B_LEFT } = state();
    assert.deepEqual([BOOT_GOOD, BOOT_ORDER, BOOT_B_LEFT], ['B', 'B A', '3']);
    const [sector, copy] = [STATE_SECTOR, STATE_BACKUP].map((at) => readSector(card.file, at));
    assert.deepEqual(copy, sector);
    assert.match(await box.ssh('cat /etc/pisang-version'), /^0\.3\.0$/m);
    assert.match(
      await update('status'),
      /^version 0\.1\.0 runs, development-signed\nslot A: .*\nslot B: runs, may be started, /,
    );
  });

  await t.test('each bad bundle is refused with its sentence', async () => {
    const urls = Object.keys(REFUSED).map((name) => `"${shelf.url(name)}"`);
    const each = `for words in ${urls.join(' ')}; do pisang update $words 2>&1; echo "exit $?"; done`;
    const said = await box.ssh(each, STEP_MS);
    const answers = [...said.matchAll(/(.*(?:\n.*)*?)\nexit (\d+)\n/g)];
    const names = Object.entries(REFUSED);
    for (const [index, [name]] of names.entries())
      note(`${name}: ${answers[index]?.[1]?.replaceAll('\n', ' | ')}`);
    for (const [index, [name, sentence]] of names.entries()) {
      assert.match(answers[index]?.[1] ?? '', sentence, name);
      assert.equal(answers[index]?.[2], '1', name);
    }
    assert.deepEqual(await updateResult(box), ['failed', ['update-failed']]);
    // The last one was noticed while it was written, so that slot is not to be started.
    assert.equal(state()['BOOT_A_LEFT'], '0');
    assert.equal(state()['BOOT_ORDER']?.split(' ')[0], 'B');
  });

  await t.test('a broken one: three starts on trial, then the good slot by itself', async () => {
    await fillQueue();
    assert.match(
      await install('broken'),
      /^Version 0\.2\.0 \(development-signed\) is installed; a restart tries it\.\n/,
    );
    assert.deepEqual([state()['BOOT_ORDER'], state()['BOOT_A_LEFT']], ['A B', '3']);
    const before = box.machine.starts.length;
    await restart();
    await network(true);
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=A trial=1 .* A=2 /);
    // The first try gives up by itself and starts anew; the power fails in the second and third.
    await starts(before + 2);
    note(`gave up by itself: ${box.machine.starts.at(-1)}`);
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=A trial=1 .* A=1 /);
    await sleep(RESET_AFTER_MS);
    await reset();
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=A trial=1 .* A=0 /);
    await sleep(RESET_AFTER_MS);
    assert.equal(sent().length, accepted.length - 5, 'nothing was sent on trial');
  });

  await t.test('six power cuts 12 s into the good slot leave it the good one', async () => {
    for (let cut = 1; cut <= 6; cut++) {
      await reset();
      const start = box.machine.starts.at(-1) ?? '';
      note(`reset ${cut}: ${start}`);
      assert.match(start, new RegExp(`^slot=B trial=0 .* left=${10 - cut}$`));
      await sleep(RESET_AFTER_MS);
    }
  });

  await t.test(
    'then the good slot comes up: the queue is whole, nothing went out twice',
    async () => {
      await reset();
      assert.match(box.machine.starts.at(-1) ?? '', /^slot=B trial=0 .* left=3$/);
      await ready();
      await allSentOnce();
      assert.deepEqual(await updateResult(box), ['rolled-back', ['update-rolled-back']]);
      const isSettled = (): boolean =>
        state()['BOOT_GOOD_LEFT'] === undefined && state()['BOOT_ORDER'] === 'B A';
      await box.machine.waitFor('B as the first choice', isSettled, STEP_MS);
      assert.deepEqual([state()['BOOT_GOOD'], state()['BOOT_A_LEFT']], ['B', '0']);
      const said = await update('status');
      note(said.trim().replaceAll('\n', ' | '));
      assert.match(said, /\nslot A: stands by, is not started again, .*version 0\.2\.0/);
      assert.match(said, /\nslot B: runs, may be started, is the first choice/);
    },
  );

  await t.test('an update from a file is installed, tried, and kept without anybody', async () => {
    await fillQueue();
    const file = '/var/lib/pisang/next.raucb';
    await box.ssh(`busybox wget -q -O ${file} ${shelf.url('next')}`, STEP_MS);
    const said = await update(file);
    assert.match(said, /^Version 0\.4\.0 \(development-signed\) is installed; .*\n.*\nexit 0\n$/);
    await restart();
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=A trial=1 order=A B A=2 B=3 good=B/);
    await network(true);
    await ready();
    await allSentOnce();
    assert.match(await box.ssh('cat /etc/pisang-version'), /^0\.4\.0$/m);
    const { BOOT_GOOD, BOOT_ORDER, BOOT_A_LEFT } = state();
    assert.deepEqual([BOOT_GOOD, BOOT_ORDER, BOOT_A_LEFT], ['A', 'A B', '3']);
    assert.deepEqual(await updateResult(box), ['installed', ['update-installed']]);
    // What was stored of it for the installation does not stay.
    assert.match(await box.ssh('ls -A /var/lib/pisang/update'), /^\s*$/);
    await restart();
    assert.match(box.machine.starts.at(-1) ?? '', /^slot=A trial=0 order=A B A=3 B=3 good=A/);
    await ready();
  });
});
