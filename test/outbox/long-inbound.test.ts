import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDeliver, encodeDeliver } from '../../app/pdu/index.ts';
import { MODEM, openHouse } from './fixtures.ts';

const SENT_AT_MS = Date.UTC(2026, 10, 21, 6);

/** A part whose two UCS2 code units are replaced, as a phone writes it that cuts inside an emoji. */
function partPdu(number: number, units: string): string {
  const { pdu } = encodeDeliver({
    from: '+6281200000001',
    text: '中文',
    encoding: 'ucs2',
    concat: { reference: 7, bits: 8, total: 2, number },
    serviceCentreAtMs: SENT_AT_MS,
  });
  return pdu.replace('4E2D6587', units);
}

test('an emoji cut between two parts is whole in the inbox, whichever part comes first', async () => {
  const house = await openHouse();
  try {
    for (const [number, units] of [
      [2, 'DE000042'],
      [1, '0041D83D'],
    ] as const) {
      const pdu = partPdu(number, units);
      const decoded = decodeDeliver(pdu);
      assert.equal(
        await house.worker.storeInbound({
          modem: MODEM,
          iccid: '8962',
          pdu,
          from: decoded.from,
          text: decoded.text,
          encoding: decoded.encoding,
          lossy: decoded.lossy,
          serviceCentreAtMs: decoded.serviceCentreAtMs,
          concat: decoded.concat,
          at: house.at(),
        }),
        'stored',
      );
    }
    const { items } = await house.api.listInbound({ limit: 10 });
    assert.deepEqual(
      items.map(({ text, lossy, parts }) => ({ text, lossy, parts })),
      [{ text: 'A😀B', lossy: false, parts: 2 }],
    );
  } finally {
    await house.close();
  }
});
