import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Guest } from './guest.ts';
import { assertHealthy, assertLimits, assertSysctls, valuesIn } from './guest-facts.ts';
import {
  type LoadRun,
  loadTable,
  runApacheBench,
  sendApacheBench,
  withoutLimits,
} from './guest-load.ts';
import { apiKeyIn, preparedCard } from './prepared-card.ts';
import { UsbModem } from './usb-modem.ts';

/** MB of 10^6 octets: all the memory that the original system planned for 252 requests at once (docs/capacity.md). */
const MOST_PSS_AT_252_MB = 106;
const TEST_TIMEOUT_MS = 5_400_000;
/** Callers at once, and calls altogether. */
const RUNS = [
  [252, 756],
  [1_000, 3_000],
  [10_000, 15_000],
] as const;
/** What systemd gives a person who logs in. */
const CLIENT_FILES = 1_024;

/** Patience for emulated cores beside other work: who connects may be slow, and the machine may stand still. */
const PATIENT = 'Environment=PISANG_HTTP_REQUEST_TIMEOUT_SECONDS=600\nWatchdogSec=600s\n';
const API_DROP_IN = '/etc/systemd/system/pisang-api.service.d/test.conf';

test('252 callers at once, 1,000 and 10,000, with the limits of the appliance and without', {
  timeout: TEST_TIMEOUT_MS,
}, async (t) => {
  const { guest, key } = await started(t);
  await assertLimits(guest);
  await assertSysctls(guest);
  const limited: LoadRun[] = [];
  for (const [atOnce, requests] of RUNS) {
    await t.test(`${requests} requests, ${atOnce} at once: none fails`, async () => {
      const run = await runApacheBench(guest, key, requests, atOnce);
      limited.push(run);
      assertAllAnswered(run);
    });
  }
  table(t, 'with the limits of the appliance', limited);
  await t.test(`at 252 the gateway takes at most ${MOST_PSS_AT_252_MB} MB`, () => {
    const megabytes = (limited[0]?.pssMost ?? Number.NaN) / 1e6;
    assert.ok(megabytes <= MOST_PSS_AT_252_MB, `${megabytes} MB`);
  });
  await t.test('every message is in the queue, and nothing was restarted', async () => {
    const complete = limited.reduce((sum, run) => sum + run.complete, 0);
    assert.equal(await acceptedIn(guest), complete);
    await assertHealthy(guest);
    await assertNoRestart(guest);
  });

  t.diagnostic(JSON.stringify(await withoutLimits(guest)));
  const unlimited: LoadRun[] = [];
  for (const [atOnce, requests] of RUNS)
    unlimited.push(await runApacheBench(guest, key, requests, atOnce, CLIENT_FILES));
  const [atOnce, requests] = RUNS[2];
  unlimited.push(await runApacheBench(guest, key, requests, atOnce, 2 * atOnce));
  table(t, 'without them', unlimited);
  const [small, middle, large] = unlimited;
  await t.test('without them nothing is in the way up to 1,000 at once', () => {
    for (const run of [small, middle]) assertAllAnswered(run);
  });
  await t.test('then the first limit is the one of the client: its own descriptors', () => {
    assert.notEqual(large?.exit, 0);
    assert.match(large?.lastWords ?? '', /^socket: Too many open files \(24\)$/);
  });
  await t.test('and nothing was restarted', () => assertNoRestart(guest));
});

async function started(t: TestContext): Promise<{ readonly guest: Guest; readonly key: string }> {
  const card = await preparedCard(t, { slotFiles: { [API_DROP_IN]: `[Service]\n${PATIENT}` } });
  const modem = await UsbModem.start(card.folder, 2_500);
  t.after(() => modem.close());
  const guest = await Guest.start(card, { devices: modem.devices });
  t.after(() => guest.cutPower());
  t.diagnostic(`ready ${guest.seconds} s after power-on`);
  await sendApacheBench(guest);
  return { guest, key: apiKeyIn(await guest.ssh('cat /boot/pisang/RESULT.txt')) };
}

function assertAllAnswered(run: LoadRun | undefined): void {
  const { exit, complete, failed, non2xx } = run ?? {};
  assert.deepEqual(
    { exit, complete, failed, non2xx },
    { exit: 0, complete: run?.requests, failed: 0, non2xx: 0 },
    run?.lastWords,
  );
}

async function assertNoRestart(guest: Guest): Promise<void> {
  const restarts = (unit: string): string => `systemctl show -P NRestarts ${unit}`;
  assert.deepEqual(
    await valuesIn(guest, { api: restarts('pisang-api'), modem: restarts('pisang-modem') }),
    { api: '0', modem: '0' },
  );
}

/** Messages in the database. */
async function acceptedIn(guest: Guest): Promise<number> {
  const query = 'SELECT count(*) FROM messages';
  return Number(await guest.ssh(`sqlite3 /var/lib/pisang/app/pisang.db '${query}'`));
}

function table(t: TestContext, title: string, runs: readonly LoadRun[]): void {
  t.diagnostic(title);
  for (const line of loadTable(runs)) t.diagnostic(line);
}
