import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type House, MODEM, openHouse } from './fixtures.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

test('one message through the line: queued, sending, sent, delivered', async () => {
  const { id, seq } = await house.queue({ text: 'halo', reference: 'r1' });
  assert.equal((await house.api.getMessage(id))?.queuePosition, 1);
  assert.equal(await house.handOver(seq), 'committed');
  assert.deepEqual(await house.worker.openBrackets(), [
    {
      seq,
      part: 1,
      modem: MODEM,
      id,
      onUncertain: 'hold',
      attempts: 0,
      handedOverAtMs: house.clock.nowMs(),
    },
  ]);
  assert.equal((await house.api.queueStats()).sending, 1);
  await house.worker.recordSent({ seq, part: 1, modem: MODEM, reference: 17, at: house.at() });
  assert.equal((await house.api.getMessage(id))?.status, 'sent');
  const outcome = await house.worker.recordReport({
    modem: MODEM,
    iccid: '8962',
    reference: 17,
    recipient: '6289610707901',
    serviceCentreAtMs: house.clock.nowMs(),
    dischargedAtMs: house.clock.nowMs(),
    tpSt: 0,
    outcome: 'delivered',
    pdu: '00',
    at: house.at(),
  });
  assert.equal(outcome, 'matched');
  const detail = await house.api.getMessage(id);
  assert.equal(detail?.status, 'delivered');
  assert.equal(detail?.attempts, 1);
  assert.equal(detail?.modem, MODEM);
  assert.deepEqual(detail?.parts, [{ number: 1, status: 'delivered', reference: 17 }]);
  assert.deepEqual(
    detail?.timeline.map((entry) => entry.event),
    ['accepted', 'sending', 'sent', 'delivered'],
  );
  const stats = await house.api.queueStats();
  assert.deepEqual(stats, {
    queued: 0,
    scheduled: 0,
    sending: 0,
    backingOff: 0,
    uncertain: 0,
    parts: 0,
    oldestReadyAtMs: null,
    oldestHighReadyAtMs: null,
    totals: { accepted: 1, sent: 1, partsSent: 1, delivered: 1, failed: 0, inbound: 0 },
  });
});
