import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FragileGuest } from './power-cuts.ts';
import { preparedCard } from './prepared-card.ts';
import { UsbModem } from './usb-modem.ts';

/** For the services of a copy of the image: the program's hook for this test, never set in the product. */
const WEAK = '[Service]\nEnvironment=PISANG_TEST_HOOKS=1 PISANG_TEST_SYNCHRONOUS=OFF\n';
const MESSAGES = 40;

test('the control: without syncing, the same cut loses messages that were accepted', {
  timeout: 1_800_000,
}, async (t) => {
  const units = ['pisang-api', 'pisang-modem', 'pisang-migrate'];
  const dropIn = (unit: string): string => `/etc/systemd/system/${unit}.service.d/weak.conf`;
  const card = await preparedCard(t, {
    slotFiles: Object.fromEntries(units.map((unit) => [dropIn(unit), WEAK])),
  });
  const modem = await UsbModem.start(card.folder);
  t.after(() => modem.close());
  let box = await FragileGuest.start(card, modem);
  t.after(() => box.cutPower());
  const ids: string[] = [];
  for (let number = 0; number < MESSAGES; number++) {
    const to = `+62811${String(number).padStart(8, '0')}`;
    const answer = await box.guest.fetch('POST', '/v1/messages', { to, text: `pesan ${number}` });
    assert.equal(answer.status, 202, answer.body);
    ids.push((JSON.parse(answer.body) as { id: string }).id);
  }
  await box.cutPower();
  box = await FragileGuest.start(card, modem);
  let lost = 0;
  for (const id of ids) {
    const { status } = await box.guest.fetch('GET', `/v1/messages/${id}`);
    assert.ok(status === 200 || status === 404, String(status));
    if (status === 404) lost += 1;
  }
  t.diagnostic(`${lost} of ${MESSAGES} accepted messages lost`);
  assert.ok(lost > 0, 'the cut must be able to lose something, or it proves nothing');
});
