import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkEvents } from '../../app/link/link-events.ts';

test('what happened before a listener was set reaches it, a flood is bounded', () => {
  const events = new LinkEvents();
  events.data(Buffer.from('RDY'));
  for (let chunk = 0; chunk < 20; chunk += 1) {
    events.data(Buffer.alloc(4_096));
  }
  events.close(null);
  events.data(Buffer.from('after the end'));
  let octets = 0;
  let closes = 0;
  events.setData((bytes) => {
    octets += bytes.length;
  });
  events.setClose((error) => {
    assert.equal(error, null);
    closes += 1;
  });
  assert.equal(octets, 3 + 15 * 4_096);
  assert.equal(closes, 1);
});
