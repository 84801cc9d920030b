import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BOARD_STEP_MS, boardCard } from './board-in-qemu.ts';
import { Guest } from './guest.ts';
import { assertHealthy, lastingFacts } from './guest-facts.ts';
import { decodeState, readSector, STATE_SECTOR } from './state-sector.ts';
import { putOnTrial } from './update-bundles.ts';

test('bpim2u: an update whose systemd stands still is ended by the watchdog three times; then the old one is back', {
  timeout: 6 * BOARD_STEP_MS,
}, async (t) => {
  const card = await boardCard(t);
  let guest = await Guest.start(card, { kind: 'bpim2u' });
  t.after(() => guest.cutPower());
  const first = await lastingFacts(guest);
  const message = { to: '+6281100900001', text: 'Menunggu modem.' };
  const { status, body } = await guest.fetch('POST', '/v1/messages', message);
  assert.equal(status, 202, body);
  const { id } = JSON.parse(body) as { id: string };
  // This board of QEMU's stays on.
  await guest.ssh('systemctl --no-block poweroff');
  await guest.machine.until(/reboot: Power down/, BOARD_STEP_MS);
  await guest.cutPower();

  await putOnTrial(card, 'hung');
  guest = await Guest.powerOn(card, { kind: 'bpim2u' });
  const wanted = [
    'slot=B trial=1 order=B A A=3 B=2 good=A left=a',
    'slot=B trial=1 order=B A A=3 B=1 good=A left=a',
    'slot=B trial=1 order=B A A=3 B=0 good=A left=a',
    'slot=A trial=0 order=B A A=3 B=0 good=A left=9',
  ];
  for (const [index] of wanted.entries()) {
    const isThere = (): boolean => guest.machine.starts.length > index;
    await guest.machine.waitFor(`start ${index + 1}`, isThere, BOARD_STEP_MS, 100);
    t.diagnostic(`${guest.seconds} s after power-on: ${guest.machine.starts[index]}`);
  }
  assert.deepEqual(guest.machine.starts, wanted);

  await guest.answers('/health/ready');
  t.diagnostic(`${guest.seconds} s after power-on: accepts messages`);
  assert.deepEqual(await lastingFacts(guest), first);
  await assertHealthy(guest);
  const answer = await guest.fetch('GET', `/v1/messages/${id}`);
  assert.equal(JSON.parse(answer.body).status, 'queued', answer.body);

  await t.test('the card has a note of each start, and says why', async () => {
    const notes = await guest.ssh('cut -d " " -f 2,3 /var/lib/pisang/system/boots');
    t.diagnostic(notes.trim().replaceAll('\n', ' | '));
    const [shipped, update, again, third, back, ...more] = notes.trim().split('\n');
    assert.deepEqual([shipped, update, back, more], ['A person', 'B update', 'A update', []]);
    // Which of the two depends on whether the driver can tell that the watchdog did it.
    assert.match(`${again} ${third}`, /^B (power-cut|watchdog) B (power-cut|watchdog)$/);
  });

  await t.test(
    'the slot that hung is not tried again, even by counters that are lost',
    async () => {
      const state = (): Readonly<Record<string, string>> =>
        decodeState(readSector(card.file, STATE_SECTOR)) ?? {};
      const isSettled = (): boolean => state()['BOOT_ORDER'] === 'A B';
      await guest.machine.waitFor('A as the first choice', isSettled, BOARD_STEP_MS);
      await sleep(1_000);
      assert.deepEqual([state()['BOOT_GOOD'], state()['BOOT_B_LEFT']], ['A', '0']);
      const said = await guest.ssh('pisang update status');
      t.diagnostic(said.trim().replaceAll('\n', ' | '));
      assert.match(said, /\nslot A: runs, may be started, is the first choice/);
      assert.match(said, /\nslot B: stands by, is not started again/);
    },
  );
});
