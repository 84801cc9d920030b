import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { InboundPart } from '../../app/outbox/index.ts';
import { type House, MODEM, openHouse } from './fixtures.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

let serial = 0;
const store = (text: string, fields: Partial<InboundPart> = {}) =>
  house.worker.storeInbound({
    modem: MODEM,
    iccid: '8962',
    pdu: `07${(serial++).toString(16).padStart(6, '0')}`,
    from: '+62811',
    text,
    encoding: 'gsm7',
    lossy: false,
    serviceCentreAtMs: 1_000,
    concat: null,
    at: house.at(),
    ...fields,
  });
const concat = (number: number, total = 3, reference = 5) =>
  ({ concat: { reference, bits: 8, total, number } }) as const;
const texts = async () => (await house.api.listInbound({ limit: 100 })).items.map((i) => i.text);

test('a part read twice is kept once, also with the hex in another case', async () => {
  assert.equal(await store('halo', { pdu: '07AB' }), 'stored');
  assert.equal(await store('halo', { pdu: '07AB' }), 'duplicate');
  assert.equal(await store('halo', { pdu: '07ab' }), 'duplicate');
  assert.equal(await store('halo', { pdu: '07AB', serviceCentreAtMs: 2_000 }), 'stored');
  assert.equal(await store('x', { pdu: '07AC', serviceCentreAtMs: null }), 'stored');
  assert.equal(await store('x', { pdu: '07AC', serviceCentreAtMs: null }), 'duplicate');
  assert.deepEqual(await texts(), ['x', 'halo', 'halo']);
  assert.equal((await house.api.queueStats()).totals.inbound, 3);
});

test('a long message is handed out whole, in order, whatever order its parts come in', async () => {
  await store('C', concat(3));
  await store('A', concat(1));
  await store('other', { ...concat(1), from: '+62822' });
  await store('other reference', concat(2, 3, 6));
  assert.deepEqual(await texts(), []);
  await store('B', concat(2));
  assert.deepEqual(await texts(), ['ABC']);
  const [item] = (await house.api.listInbound({ limit: 1 })).items;
  assert.deepEqual([item?.parts, item?.partsReceived, item?.from], [3, 3, '+62811']);
  assert.deepEqual(item === undefined ? null : await house.api.getInbound(item.id), item);
});

test('the same reference again makes a new message', async () => {
  for (const text of ['A', 'B']) {
    await store(`${text}1`, concat(1, 2));
    await store(`${text}2`, concat(2, 2));
  }
  assert.deepEqual(await texts(), ['B1B2', 'A1A2']);
});

test('after the wait the message is handed out with a gap, which a late part fills', async () => {
  await store('A', concat(1));
  await store('C', { ...concat(3), lossy: true });
  await house.clock.advance(60_000);
  const beforeMs = house.clock.nowMs();
  assert.equal(await house.worker.releasePartialInbound(beforeMs - 60_000, house.at()), 0);
  assert.equal(await house.worker.releasePartialInbound(beforeMs, house.at()), 1);
  assert.equal(await house.worker.releasePartialInbound(beforeMs, house.at()), 0);
  assert.deepEqual(await texts(), ['A[…]C']);
  await store('B', concat(2));
  const [item] = (await house.api.listInbound({ limit: 1 })).items;
  assert.deepEqual([item?.text, item?.partsReceived, item?.lossy], ['ABC', 3, true]);
  assert.equal((await house.api.queueStats()).totals.inbound, 1);
});

test('the inbox lists by sender and time, in pages', async () => {
  for (let index = 0; index < 6; index += 1) {
    await store(`t${index}`, { from: index % 2 === 0 ? '+1' : '+2' });
    await house.clock.advance(1_000);
  }
  const first = await house.api.listInbound({ from: '+1', limit: 2 });
  assert.deepEqual(
    first.items.map((item) => item.text),
    ['t4', 't2'],
  );
  const rest = await house.api.listInbound({
    from: '+1',
    limit: 2,
    cursor: first.nextCursor ?? '',
  });
  assert.deepEqual([rest.items.map((item) => item.text), rest.nextCursor], [['t0'], null]);
  const sinceMs = house.clock.nowMs() - 2_000;
  assert.equal((await house.api.listInbound({ sinceMs, limit: 10 })).items.length, 2);
});
