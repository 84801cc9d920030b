import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileSystemFaults } from './guest.ts';
import { assertHealthy, fingerprintIn, lastingFacts, valuesIn } from './guest-facts.ts';
import { FragileGuest } from './power-cuts.ts';
import { LOG_ON_CONSOLE, preparedCard, readFromPisang } from './prepared-card.ts';

const STEP_MS = 600_000;
const NAME = 'kantor-desa';
/**
 * Where the power goes, one start after another: after what the log says, and how long after it (s). What a start
 * finished is left out in the next one, so each gets further.
 */
const CUTS: readonly (readonly [RegExp, number])[] = [
  [/Starting kernel/, 4],
  [/Starting pisang-checkdata/, 0.3],
  [/Starting pisang-checkdata/, 1.5],
  [/Finished pisang-checkdata/, 0],
  [/Starting pisang-datadirs/, 0.5],
  [/Starting pisang-settings/, 0.5],
  [/Finished pisang-settings/, 1],
  [/Starting pisang-migrate/, 4],
  [/Finished pisang-migrate/, 0],
  [/Starting pisang-provision/, 5],
  [/Starting pisang-provision/, 7],
  [/Starting pisang-provision/, 9],
  [/Finished pisang-provision/, 0],
  [/Starting pisang-api/, 5],
];

test(`virt: the power goes ${CUTS.length} times in a first start, then the card is as if it never had`, {
  timeout: 2 * 3_600_000,
}, async (t) => {
  const card = await preparedCard(t, {
    settings: { hostName: NAME, siteName: 'Kantor Desa' },
    slotFiles: LOG_ON_CONSOLE,
  });
  let box = await FragileGuest.powerOn(card);
  t.after(() => box.cutPower());
  for (const [said, seconds] of CUTS) {
    await box.guest.machine.until(said, STEP_MS);
    await sleep(seconds * 1_000);
    await box.cutPower();
    t.diagnostic(`cut ${seconds} s after ${said.source}, ${box.guest.seconds} s after power-on`);
    box = await FragileGuest.powerOn(card);
  }
  await box.guest.answers('/health/ready', STEP_MS);
  // A PISANG that was open when the power went is looked through in the start after it: the kernel still complains in that one.
  await box.powerOff();
  box = await FragileGuest.start(card);
  const facts = await lastingFacts(box.guest);
  assert.equal(facts['hostName'], NAME);
  assert.ok(Number(facts['dataKiB']) > 1_700_000, `${facts['dataKiB']} KiB`);
  await assertHealthy(box.guest);
  const found = await valuesIn(box.guest, {
    keys: "pisang key list | grep -c ' test '",
    named: `openssl x509 -in /var/lib/pisang/app/tls/cert.pem -noout -checkhost ${NAME}.local`,
    left: 'find /var/lib/pisang -name "*.new"; ls /var/lib/pisang/box/provision-plan.json',
  });
  assert.equal(found['keys'], '1', 'one key, not one for each try');
  assert.match(found['named'] ?? '', /does match/);
  assert.match(found['left'] ?? '', /^ls: cannot access \S+: No such file or directory$/);
  // The key that RESULT.txt tells is the one that opens the door.
  assert.equal((await box.guest.fetch('GET', '/v1/status')).status, 200);
  assert.match(await box.guest.ssh('cat /boot/pisang/pisang.json'), /"\(taken\)"/);
  await box.powerOff();
  assert.ok((await readFromPisang(card, 'RESULT.txt')).includes(fingerprintIn(facts)));
  assert.deepEqual(await fileSystemFaults(card), []);
});
