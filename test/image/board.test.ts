import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOARD_STEP_MS, boardCard } from './board-in-qemu.ts';
import { Guest } from './guest.ts';
import { assertHealthy, lastingFacts } from './guest-facts.ts';

/** `sunxi_wdt` counts to 16 s at most; the rest is for an emulated board beside other work. */
const RESET_TIMEOUT_MS = 120_000;

/** How a box can hang, as a shell command; none of them leaves systemd able to restart it. */
const HANGS: readonly (readonly [string, string])[] = [
  ['a kernel panic', 'echo c >/proc/sysrq-trigger'],
  [
    'a kernel panic that would wait for ever',
    'echo 0 >/proc/sys/kernel/panic; echo c >/proc/sysrq-trigger',
  ],
  // SIGSTOP does not reach PID 1; its control group can be frozen all the same.
  ['a systemd that stands still', 'echo 1 >/sys/fs/cgroup/init.scope/cgroup.freeze'],
];

test('bpim2u: from the SPL to HTTP 200, and back there from every hang', {
  timeout: (HANGS.length + 3) * BOARD_STEP_MS,
}, async (t) => {
  const guest = await Guest.start(await boardCard(t), { kind: 'bpim2u' });
  t.after(() => guest.cutPower());
  t.diagnostic(`first start: accepts messages ${guest.seconds} s after power-on`);
  const first = await lastingFacts(guest);

  await t.test('it runs from slot A of the SD card, and systemd holds the watchdog', async () => {
    assert.match(guest.machine.said, /U-Boot SPL/);
    assert.match(await guest.ssh('findmnt -no SOURCE,OPTIONS /'), /^\/dev\/mmcblk\dp2 ro,/);
    assert.match(
      await guest.ssh('cat /sys/firmware/devicetree/base/model'),
      /Banana Pi BPI-M2-Ultra/i,
    );
    const watchdog = await guest.ssh(
      'journalctl -b --no-pager -t systemd -g watchdog; wdctl || true',
    );
    t.diagnostic(watchdog.trim().split('\n').slice(0, 4).join(' | '));
    assert.match(watchdog, /sunxi-wdt/);
    await assertHealthy(guest);
  });

  await t.test('its light blinks as it is told', async () => {
    await guest.ssh('pisang box led state=2');
    const light = '/sys/class/leds/bananapi:green:user';
    assert.match(await guest.ssh(`cat ${light}/trigger`), / \[pattern\]/);
    assert.match(await guest.ssh(`cat ${light}/pattern`), /^1 200 1 0 0 200 0 0 1 200 /);
  });

  for (const [what, command] of HANGS) {
    await t.test(`${what} ends in a reset and a healthy start`, async () => {
      const { starts } = guest.machine;
      const hungAt = guest.seconds;
      await startsAnew(guest, `sync; (sleep 1; ${command}) >/dev/null 2>&1 &`);
      t.diagnostic(`${what}: loader again after ${guest.seconds - hungAt} s`);
      await guest.answers('/health/ready');
      assert.equal(guest.machine.starts.length, starts.length + 1, 'one start more');
      assert.deepEqual(await lastingFacts(guest), first);
      await assertHealthy(guest);
    });
  }

  await t.test('asked to restart, it does', async () => {
    const askedAt = guest.seconds;
    await startsAnew(guest, 'systemctl --no-block reboot');
    t.diagnostic(`restart: loader again after ${guest.seconds - askedAt} s`);
    await guest.answers('/health/ready');
    assert.deepEqual(await lastingFacts(guest), first);
  });
});

/** Runs the command in the guest and waits for the boot script's next line. */
async function startsAnew(guest: Guest, command: string): Promise<void> {
  const before = guest.machine.starts.length;
  await guest.ssh(command);
  const isBack = (): boolean => guest.machine.starts.length > before;
  await guest.machine.waitFor('start of the loader', isBack, RESET_TIMEOUT_MS);
}
