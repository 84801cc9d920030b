import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, drained } from '../crash/audit.ts';
import { Load } from '../crash/load.ts';
import type { Gateway } from '../support/rig.ts';
import { fileSystemFaults, type Guest } from './guest.ts';
import {
  assertHealthy,
  assertLimits,
  assertSysctls,
  fingerprintIn,
  lastingFacts,
  valuesIn,
} from './guest-facts.ts';
import { overlayText } from './overlay-tree.ts';
import { FragileGuest, somewhereInTheWork } from './power-cuts.ts';
import { apiKeyIn, type PreparedCard, preparedCard, readFromPisang } from './prepared-card.ts';
import { decodeState, readSector, STATE_SECTOR } from './state-sector.ts';
import { UsbModem } from './usb-modem.ts';

/** Cuts of the power; each CI run makes 3, `make test-power` more. */
const CUTS = Number(process.env['POWER_CUTS'] ?? 3);
const SEND_TIMEOUT_MS = 300_000;
const DRAIN_MS = 900_000;
/** A modem that waits for a late answer after each cut sends fewer than two posters post: so many messages may wait. */
const MOST_WAITING = 300;

test(`virt: the life of a card, from its first start through ${CUTS} power cuts`, {
  timeout: (CUTS + 2) * 900_000,
}, async (t) => {
  const card = await preparedCard(t, {
    settings: { hostName: 'kantor-desa' },
    slotFiles: { '/etc/pisang/config.json': withoutRateLimit() },
  });
  const modem = await UsbModem.start(card.folder, 100);
  t.after(() => modem.close());
  let box = await FragileGuest.start(card, modem);
  t.after(() => box.cutPower());
  t.diagnostic(`first start: ready ${box.guest.seconds} s after power-on`);
  const gateway: Gateway = {
    fetch: (...request) => box.guest.fetch(...request),
    journal: () => modem.journal(),
    log: () => box.guest.machine.said,
  };
  const load = new Load(gateway);
  t.after(() => load.abandon());
  let first: Record<string, string> = {};

  await t.test('every unit is up, and the data partition fills the card', async () => {
    first = await lastingFacts(box.guest);
    assert.equal(first['hostName'], 'kantor-desa');
    assert.ok(Number(first['dataKiB']) > 1_700_000, `${first['dataKiB']} KiB`);
    assert.match(await box.guest.ssh('cat /boot/pisang/pisang.json'), /"\(taken\)"/);
    await assertHealthy(box.guest);
  });

  await t.test('the kernel has every value of sysctl.d', async () => {
    const unknown = await assertSysctls(box.guest);
    t.diagnostic(`settings that this kernel does not know: ${unknown.join(', ') || 'none'}`);
  });

  await t.test('both processes may open 1,048,576 files, and the backlog is 65,535', async () => {
    await assertLimits(box.guest);
  });

  await t.test('an SMS leaves through the USB modem and is reported as delivered', async () => {
    const sent = { to: '+6281100999999', text: 'Air sungai naik, mohon waspada.' };
    const answer = await box.guest.fetch('POST', '/v1/messages', sent);
    assert.equal(answer.status, 202, answer.body);
    const { id } = JSON.parse(answer.body) as { id: string };
    load.accepted.set(sent.to, { to: sent.to, id, parts: 1 });
    await delivered(box.guest, id);
    t.diagnostic(`first SMS delivered ${box.guest.seconds} s after power-on`);
    const lines = modem.journal().map(({ to, text, parts }) => ({ to, text, parts }));
    assert.deepEqual(lines, [{ ...sent, parts: 1 }]);
    const found = await valuesIn(box.guest, {
      port: "stat -c '%G %a' /dev/ttyUSB0",
      link: 'readlink -f /dev/pisang/modem-*',
      holder: 'readlink /proc/$(systemctl show -P MainPID pisang-modem)/fd/* | grep -c ttyUSB0',
    });
    assert.deepEqual(found, { port: 'dialout 660', link: '/dev/ttyUSB0', holder: '1' });
  });

  await t.test('a support bundle has the log of the system in it', async () => {
    const found = await valuesIn(box.guest, {
      made: 'pisang doctor --bundle /tmp/b.tar.gz >/tmp/said; echo $?',
      files: 'tar -tzf /tmp/b.tar.gz | grep -c -e journal.txt -e kernel.txt',
      serving: 'tar -xzOf /tmp/b.tar.gz pisang/journal.txt | grep -c "serving HTTP"',
      linux: 'tar -xzOf /tmp/b.tar.gz pisang/kernel.txt | grep -c "Linux version"',
    });
    assert.deepEqual(found, { made: '0', files: '2', serving: '1', linux: '1' });
  });

  const recipients = (): number => new Set(modem.journal().map(({ to }) => to)).size;
  load.start(2, 500, () => load.accepted.size >= recipients() + MOST_WAITING);
  for (let cut = 1; cut <= CUTS; cut++) {
    await somewhereInTheWork(box, modem, 5, SEND_TIMEOUT_MS);
    await box.cutPower();
    const at = `${box.guest.seconds} s after power-on, ${load.accepted.size} accepted`;
    box = await FragileGuest.start(card, modem);
    t.diagnostic(`cut ${cut}: ${at}; then ready ${box.guest.seconds} s after power-on`);
    await t.test(`after cut ${cut}: the same identity and keys, no faults`, async () => {
      assert.deepEqual(await lastingFacts(box.guest), first);
      await assertHealthy(box.guest);
    });
  }

  await t.test('nothing that was accepted is lost, and nothing was sent twice', async () => {
    await load.stop();
    await drained(gateway, DRAIN_MS);
    assert.deepEqual(load.wrong, []);
    const found = await audit(gateway, load.accepted);
    t.diagnostic(
      `${CUTS} cuts, ${found.messages} messages, ${found.journalLines} parts, ${found.uncertain} uncertain`,
    );
    assert.ok(found.uncertain <= CUTS, found.timelines.join('\n'));
  });

  await t.test('switched off in order, its file systems have no faults', async () => {
    await box.powerOff();
    assert.equal(box.guest.machine.starts.length, 1, 'one start of the kernel');
    assert.deepEqual(await fileSystemFaults(card), []);
    await leftOnTheCard(card, first);
  });
});

async function delivered(guest: Guest, id: string): Promise<void> {
  const isDelivered = async (): Promise<boolean> => {
    const { body } = await guest.fetch('GET', `/v1/messages/${id}`);
    return (JSON.parse(body) as { status: string }).status === 'delivered';
  };
  await guest.machine
    .waitFor('delivery', isDelivered, SEND_TIMEOUT_MS)
    .catch(async (error: unknown) => {
      throw new Error(await guest.journal('pisang-modem'), { cause: error });
    });
}

/** What a person finds who takes the card out. */
async function leftOnTheCard(card: PreparedCard, first: Record<string, string>): Promise<void> {
  const result = await readFromPisang(card, 'RESULT.txt');
  assert.ok(first['apiKey']?.includes(apiKeyIn(result)));
  const fingerprint = fingerprintIn(first);
  assert.ok(result.includes(fingerprint), `no certificate fingerprint in RESULT.txt:\n${result}`);
  const state = decodeState(readSector(card.file, STATE_SECTOR));
  assert.equal(state?.['BOOT_ORDER'], 'A B');
  assert.equal(state?.['machine_id'], first['machineId']);
}

/** The appliance's configuration, with a modem that sends as fast as it can. */
function withoutRateLimit(): string {
  const config = JSON.parse(overlayText('etc/pisang/config.json'));
  config.modems[0].ratePerMinute = null;
  return JSON.stringify(config);
}
