import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openChannel } from '../support/at-bench.ts';
import { settle } from '../support/fake-clock.ts';

/** A send whose result did not come within its time. */
async function silentSend(): Promise<ReturnType<typeof openChannel>> {
  const bench = openChannel();
  const result = bench.sendPdu();
  bench.link.deliver('\r\n> ');
  await bench.clock.advance(60_000);
  assert.deepEqual(await result, { kind: 'unknown', reason: 'silence', afterMs: 60_000 });
  return bench;
}

test('a late +CMGS during the probe is the old send, and so is its OK', async () => {
  const bench = await silentSend();
  const next = bench.channel.command('AT+CSQ');
  await bench.clock.advance(200);
  assert.equal(bench.link.written.at(-1), 'AT\r', 'no ESC while the send may still run');
  bench.link.deliver('\r\n+CMGS: 77\r\n\r\nOK\r\n');
  await bench.clock.advance(150);
  assert.equal(bench.link.written.at(-1), 'AT\r', 'that OK did not answer AT');
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  bench.link.deliver('\r\n+CSQ: 9,99\r\n\r\nOK\r\n');
  assert.deepEqual((await next).lines, ['+CSQ: 9,99']);
  assert.deepEqual(bench.late, [{ kind: 'sent', reference: 77, afterMs: 60_200 }]);
  bench.assertIdle();
});

test('a late +CMS ERROR is not the answer to a command that has nothing to do with SMS', async () => {
  const bench = await silentSend();
  const next = bench.channel.command('AT+CSQ');
  await bench.clock.advance(200);
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  assert.equal(bench.link.written.at(-1), 'AT+CSQ\r');
  bench.link.deliver('\r\n+CMS ERROR: 332\r\n\r\n+CSQ: 9,99\r\n\r\nOK\r\n');
  assert.ok((await next).ok);
  assert.deepEqual(bench.late, [
    {
      kind: 'refused',
      error: { kind: 'cms', code: 332, text: '332' },
      afterMs: 60_300,
    },
  ]);
  bench.assertIdle();
});

test('a late +CMGS before the next Ctrl-Z is never the next message', async () => {
  const bench = await silentSend();
  const next = bench.sendPdu();
  await bench.clock.advance(200);
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  assert.equal(bench.link.written.at(-1), 'AT+CMGS=18\r');
  bench.link.deliver('\r\n+CMGS: 77\r\n\r\nOK\r\n\r\n> ');
  await settle();
  bench.link.deliver('\r\n+CMGS: 78\r\n\r\nOK\r\n');
  assert.deepEqual(await next, { kind: 'sent', reference: 78, ackPdu: null, tookMs: 0 });
  assert.deepEqual(bench.late, [{ kind: 'sent', reference: 77, afterMs: 60_300 }]);
  bench.assertIdle();
});

test('a +CMGS from before this channel is a late result too', () => {
  const bench = openChannel();
  bench.link.deliver('\r\n+CMGS: 9\r\n\r\nOK\r\n');
  assert.deepEqual(bench.late, [{ kind: 'sent', reference: 9, afterMs: null }]);
  assert.deepEqual(bench.urcs, []);
});
