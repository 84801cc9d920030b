import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { DATA_START, FAT_START } from './built-image.ts';
import { fileSystemFaults, Guest } from './guest.ts';
import {
  dataPartition,
  type PreparedCard,
  preparedCard,
  writeIntoFileSystem,
} from './prepared-card.ts';
import { runProgram } from './run-program.ts';
import { putQueue } from './update-bundles.ts';
import { UsbModem } from './usb-modem.ts';

const STEP_MS = 600_000;
/** What a new API asks of its parts, such as the modem, comes a little after its first answer. */
const SEEN_MS = 180_000;
const QUEUED = 5;
const BLOCK_OCTETS = 4096;
/** The board's clock has no battery; this one was last right long ago. */
const OLD_CLOCK = ['-rtc', 'base=2016-01-01T00:00:00'];

test('virt: the box starts, and says what is wrong, on its bad days', {
  timeout: 3_600_000,
}, async (t) => {
  const card = await preparedCard(t);
  const modem = await UsbModem.start(card.folder);
  t.after(() => modem.close());
  assert.equal((await modem.control('POST', '/faults', { simMissing: true })).status, 200);
  const recipients = await putQueue(card, QUEUED);
  await spoilDatabase(card);
  let box = await Guest.powerOn(card, { devices: [...OLD_CLOCK, ...modem.devices] });
  t.after(() => box.cutPower());

  await t.test('a clock of 2016, no SIM, a database that cannot be opened', async () => {
    await box.answers('/health/live', STEP_MS);
    await says(box, ['clock-untrusted', 'sim-missing', 'database-rebuilt']);
    assert.deepEqual(await stored(box), recipients.toSorted(), 'all were saved');
    assert.match(await box.ssh('ls /var/lib/pisang/app'), /^pisang-damaged-.*\.db$/m);
    assert.deepEqual(modem.journal(), []);
  });

  await t.test(
    'not an octet free, no modem, a damaged settings file, PISANG not closed',
    async () => {
      await box.ssh(FILL);
      await box.powerOff();
      markOpen(card);
      await writeIntoFileSystem(dataPartition(card), card.folder, {
        '/app/config.json': '{ "http": ',
      });
      box = await Guest.powerOn(card);
      await box.answers('/health/live', STEP_MS);
      await says(box, ['storage-full', 'modem-not-found', 'settings-damaged']);
      const message = { to: '+6281100999999', text: 'Air sungai naik.' };
      const refused = await box.fetch('POST', '/v1/messages', message);
      assert.equal(refused.status, 507, refused.body);
      await box.ssh('rm /var/lib/pisang/system/filler*');
      const isTaken = async (): Promise<boolean> =>
        (await box.fetch('POST', '/v1/messages', message)).status === 202;
      await box.machine.waitFor('202 once there is room', isTaken, SEEN_MS);
      assert.match(await box.journal('pisang-provision'), /dirty bit/i);
      assert.match(await box.ssh('findmnt -no OPTIONS /boot/pisang'), /^ro,/);
    },
  );

  await t.test('the folder of the data lost its names: what is in it is found again', async () => {
    const before = await stored(box);
    assert.equal(before.length, QUEUED + 1);
    await box.powerOff();
    assert.deepEqual(await fileSystemFaults(card), []);
    await spoilFolder(card);
    box = await Guest.powerOn(card);
    await box.answers('/health/ready', STEP_MS);
    t.diagnostic(`${box.seconds} s after power-on it accepts messages`);
    assert.deepEqual(await stored(box), before);
    await box.powerOff();
    assert.deepEqual(await fileSystemFaults(card), []);
  });

  await t.test(
    'a card that lost its data, which e2fsck makes into an empty file system',
    async () => {
      await wipeData(card, 256);
      box = await Guest.powerOn(card);
      await box.answers('/health/live', STEP_MS);
      const status = async (): Promise<string> => (await box.page('/status')).body;
      const isTold = async (): Promise<boolean> =>
        /damaged and rebuilt|rusak dan/.test(await status());
      await box.machine.waitFor('word of the loss', isTold, SEEN_MS);
      await box.cutPower();
    },
  );

  await t.test('no data partition that could be used: the page on port 80 says so', async () => {
    await wipeData(card, 2048);
    box = await Guest.powerOn(card);
    let page = '';
    const isTold = async (): Promise<boolean> => {
      const answer = await box.page('/').catch(() => null);
      page = answer?.body ?? '';
      return answer?.status === 503;
    };
    await box.machine.waitFor('the page', isTold, STEP_MS);
    assert.match(page, /cannot be opened|tidak bisa dibuka/);
    t.diagnostic(page.replaceAll(/<style[\s\S]*?<\/style>|<[^>]*>|\s+/g, ' ').slice(0, 500));
  });

  async function says(guest: Guest, wanted: readonly string[]): Promise<void> {
    let found: string[] = [];
    const saysAll = async (): Promise<boolean> => {
      const { body } = await guest.fetch('GET', '/v1/status');
      const { conditions } = JSON.parse(body) as { conditions: { code: string }[] };
      found = conditions.map(({ code }) => code);
      return wanted.every((code) => found.includes(code));
    };
    await guest.machine.waitFor(wanted.join(', '), saysAll, SEEN_MS).catch((error: unknown) => {
      throw new Error(`it says ${found.join(', ')}`, { cause: error });
    });
    t.diagnostic(`${guest.seconds} s after power-on it says ${found.join(', ')}`);
  }
});

/** Recipients of all messages. */
async function stored(box: Guest): Promise<string[]> {
  const { body } = await box.fetch('GET', '/v1/messages?limit=100');
  const { items } = JSON.parse(body) as { items: { to: string }[] };
  return items.map(({ to }) => to).toSorted();
}

/** Fills the data partition to the last block. */
const FILL = `cd /var/lib/pisang/system
fallocate -l "$(df -B1M --output=avail . | tail -n 1 | tr -d ' ')M" filler
dd if=/dev/zero of=filler2 bs=4k 2>/dev/null || true
sync`;

/** As a power cut leaves PISANG that comes while something is written to it (octet 65, bit 0 of its first sector). */
function markOpen({ file }: PreparedCard): void {
  const card = openSync(file, 'r+');
  writeSync(card, Buffer.of(1), 0, 1, FAT_START * 512 + 65);
  closeSync(card);
}

/** Makes so many MiB of the data partition zeros, from its beginning on; 256 take the first two superblocks with them. */
async function wipeData({ file }: PreparedCard, mebibytes: number): Promise<void> {
  const place = ['-o', String(DATA_START * 512), '-l', `${mebibytes}MiB`];
  await runProgram(['fallocate', '-p', ...place, file]);
}

/** The first octets of the file, which say that it is a database. */
function spoilDatabase(card: PreparedCard): Promise<void> {
  return overwrite(card, '/app/pisang.db', Buffer.alloc(16, 'x'));
}

/** A lost page holds the names of the gateway's data, and the kernel has noted that something is wrong. */
async function spoilFolder(card: PreparedCard): Promise<void> {
  await overwrite(card, '/app', Buffer.alloc(BLOCK_OCTETS));
  await runProgram(['/usr/sbin/debugfs', '-w', '-R', 'ssv state 3', dataPartition(card)]);
}

/** Writes over the beginning of a file or folder, past its file system. */
async function overwrite(card: PreparedCard, path: string, octets: Buffer): Promise<void> {
  const asked = ['/usr/sbin/debugfs', '-R', `bmap ${path} 0`, dataPartition(card)];
  const block = Number((await runProgram(asked)).trim());
  assert.ok(block > 0, `where ${path} begins`);
  const file = openSync(card.file, 'r+');
  writeSync(file, octets, 0, undefined, DATA_START * 512 + block * BLOCK_OCTETS);
  closeSync(file);
}
