import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openChannel } from '../support/at-bench.ts';

test('a command resolves with its information lines, announcements go to onUrc', async () => {
  const bench = openChannel();
  const result = bench.channel.command('AT+CSQ');
  assert.deepEqual(bench.link.written, ['AT+CSQ\r']);
  bench.link.deliver('\r\n+CREG: 1\r\n\r\n+CSQ: 18,99\r\n\r\nOK\r\n');
  assert.deepEqual(await result, { ok: true, lines: ['+CSQ: 18,99'], pdus: [] });
  assert.deepEqual(bench.urcs, [{ kind: 'line', name: '+CREG', line: '+CREG: 1' }]);
  bench.assertIdle();
});

test('commands run one after another in the order of the calls', async () => {
  const bench = openChannel();
  const first = bench.channel.command('AT+CIMI', { anyText: true });
  const second = bench.channel.command('AT');
  assert.deepEqual(bench.link.written, ['AT+CIMI\r']);
  bench.link.deliver('AT+CIMI\r\r\n510101234567890\r\n\r\nOK\r\n');
  assert.deepEqual((await first).lines, ['510101234567890']);
  assert.deepEqual(bench.link.written, ['AT+CIMI\r', 'AT\r']);
  bench.link.deliver('\r\nERROR\r\n');
  const result = await second;
  assert.ok(!result.ok && result.error.kind === 'error');
  bench.assertIdle();
});

test('a PDU goes out after the prompt and the commit, in one write with Ctrl-Z', async () => {
  const bench = openChannel();
  let commits = 0;
  const sent = bench.sendPdu({
    handOver: async () => {
      commits += 1;
      return 'committed';
    },
  });
  bench.link.deliver('AT+CMGS=18\r\r\n');
  assert.equal(commits, 0);
  bench.link.deliver('> ');
  assert.equal(commits, 1);
  await bench.clock.advance(0);
  assert.deepEqual(bench.link.written, ['AT+CMGS=18\r', `${bench.pdu}\x1a`]);
  bench.link.deliver('\r\n+CMGS: 41\r\n');
  assert.deepEqual(await sent, { kind: 'sent', reference: 41, ackPdu: null, tookMs: 0 });
  bench.link.deliver('\r\nOK\r\n');
  bench.assertIdle();
});
