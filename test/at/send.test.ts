import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { openChannel } from '../support/at-bench.ts';
import { settle } from '../support/fake-clock.ts';

const CTRL_Z = '\x1a';
const ESCAPE = '\x1b';

/** A commit that ends when the test says so. */
function commit(): {
  readonly handOver: () => Promise<'committed' | 'gone'>;
  end(answer: 'committed' | 'gone'): void;
  fail(error: Error): void;
} {
  let end: (answer: 'committed' | 'gone') => void = () => {};
  let fail: (error: Error) => void = () => {};
  const done = new Promise<'committed' | 'gone'>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { handOver: () => done, end: (answer) => end(answer), fail: (error) => fail(error) };
}

test('without a prompt: ESC, nothing sent, and the next command waits for the modem', async () => {
  const bench = openChannel();
  const result = bench.sendPdu();
  const next = bench.channel.command('AT');
  await bench.clock.advance(5_000);
  assert.deepEqual(await result, { kind: 'no-prompt', bracketOpen: false });
  assert.deepEqual(bench.link.written, ['AT+CMGS=18\r', ESCAPE]);
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(49);
  assert.equal(bench.link.written.length, 2, 'the OK belonged to the ESC');
  await bench.clock.advance(1);
  assert.equal(bench.link.written[2], 'AT\r');
  bench.link.deliver('\r\nOK\r\n');
  assert.ok((await next).ok);
  bench.assertIdle();
});

test('a prompt that comes too late is left by ESC, once', async () => {
  const bench = openChannel();
  const result = bench.sendPdu();
  await bench.clock.advance(5_500);
  assert.equal((await result).kind, 'no-prompt');
  bench.link.deliver('\r\n> ');
  bench.link.deliver('\r\n> ');
  assert.deepEqual(bench.link.written, ['AT+CMGS=18\r', ESCAPE, ESCAPE]);
  assert.equal(bench.channel.faults.strayPrompts, 2);
  bench.assertIdle();
});

test('a message that is gone at the hand-over is left by ESC', async () => {
  const bench = openChannel();
  const result = bench.sendPdu({ handOver: async () => 'gone' });
  bench.link.deliver('\r\n> ');
  assert.deepEqual(await result, { kind: 'gone' });
  await bench.clock.advance(500);
  assert.deepEqual(bench.link.written, ['AT+CMGS=18\r', ESCAPE]);
  bench.assertIdle();
});

test('a commit that is too slow: ESC at the limit, result when the commit has ended', async () => {
  const bench = openChannel();
  const slow = commit();
  const result = bench.sendPdu({ handOver: slow.handOver });
  const next = bench.channel.command('AT');
  bench.link.deliver('\r\n> ');
  await bench.clock.advance(3_000);
  assert.deepEqual(bench.link.written, ['AT+CMGS=18\r', ESCAPE]);
  await bench.clock.advance(500);
  assert.equal(bench.link.written[2], 'AT\r', 'the modem is free meanwhile');
  slow.end('committed');
  assert.deepEqual(await result, { kind: 'hand-over-too-slow' });
  bench.link.deliver('\r\nOK\r\n');
  await next;
  bench.assertIdle();
});

test('the clock judges a commit even if the timer is late', async () => {
  const bench = openChannel();
  const slow = commit();
  const result = bench.sendPdu({ handOver: slow.handOver });
  bench.link.deliver('\r\n> ');
  const now = bench.clock.monotonicMs();
  bench.clock.monotonicMs = () => now + 3_001;
  slow.end('committed');
  assert.deepEqual(await result, { kind: 'hand-over-too-slow' });
  assert.deepEqual(bench.link.written, ['AT+CMGS=18\r', ESCAPE]);
});

test('a commit that fails rejects, after ESC', async () => {
  const bench = openChannel();
  const failing = commit();
  const result = bench.sendPdu({ handOver: failing.handOver });
  bench.link.deliver('\r\n> ');
  failing.fail(new GatewayError('storage-failing', 'disk', { retry: 'later' }));
  await assert.rejects(result, { code: 'storage-failing' });
  assert.deepEqual(bench.link.written, ['AT+CMGS=18\r', ESCAPE]);
  await bench.clock.advance(500);
  bench.assertIdle();
});

for (const [words, expected] of [
  [
    '\r\n+CMS ERROR: 500\r\n',
    {
      kind: 'refused',
      phase: 'before-ctrl-z',
      error: { kind: 'cms', code: 500, text: '500' },
      afterMs: 0,
      bracketOpen: true,
    },
  ],
  ['\r\nOK\r\n', { kind: 'no-prompt', bracketOpen: true }],
  ['\r\nRDY\r\n', { kind: 'lost-before-ctrl-z', reason: 'reset', bracketOpen: true }],
] as const) {
  test(`${words.trim()} during the commit: the PDU is not written`, async () => {
    const bench = openChannel();
    const slow = commit();
    const result = bench.sendPdu({ handOver: slow.handOver });
    bench.link.deliver(`\r\n> ${words}`);
    slow.end('committed');
    assert.deepEqual(await result, expected);
    assert.ok(!bench.link.text().includes(bench.pdu));
    await bench.clock.advance(500);
    bench.assertIdle();
  });
}

test('a lost link before Ctrl-Z is not sent, after it unknown', async () => {
  const lost = { kind: 'lost-before-ctrl-z', reason: 'link-lost' } as const;
  const atCommand = openChannel();
  const first = atCommand.sendPdu();
  const waiting = atCommand.sendPdu();
  atCommand.link.drop();
  assert.deepEqual(await first, { ...lost, bracketOpen: false });
  assert.deepEqual(await waiting, { ...lost, bracketOpen: false });
  assert.deepEqual(await atCommand.sendPdu(), { ...lost, bracketOpen: false });

  const atCommit = openChannel();
  const slow = commit();
  const second = atCommit.sendPdu({ handOver: slow.handOver });
  atCommit.link.deliver('\r\n> ');
  atCommit.link.drop();
  slow.end('committed');
  assert.deepEqual(await second, { ...lost, bracketOpen: true });

  const atResult = openChannel();
  const third = atResult.sendPdu();
  atResult.link.deliver('\r\n> ');
  await atResult.clock.advance(20);
  atResult.link.drop();
  assert.deepEqual(await third, { kind: 'unknown', reason: 'link-lost', afterMs: 0 + 20 });
  for (const bench of [atCommand, atCommit, atResult]) {
    assert.deepEqual(
      bench.closes.map((error) => error?.code),
      ['link-lost'],
    );
    bench.assertIdle();
  }
});

test('the call of the write with Ctrl-Z is the point of no return, even if it fails', async () => {
  const bench = openChannel();
  let marks = 0;
  const result = bench.sendPdu({
    onCtrlZ: () => {
      marks += 1;
      assert.ok(!bench.link.text().includes(CTRL_Z));
      bench.link.writeError = new GatewayError('link-lost', 'EIO', { retry: 'later' });
    },
  });
  bench.link.deliver('\r\n> ');
  assert.deepEqual(await result, { kind: 'unknown', reason: 'link-lost', afterMs: 0 });
  assert.equal(marks, 1);
  bench.assertIdle();
});

test('a paced PDU leaves in chunks; up to the last one it is not handed over', async () => {
  const bench = openChannel();
  const pacing = { chunkOctets: 18, gapMs: 10 };
  let marks = 0;
  const onCtrlZ = (): void => {
    marks += 1;
  };
  const sent = bench.sendPdu({ pacing, onCtrlZ });
  bench.link.deliver('\r\n> ');
  await bench.clock.advance(19);
  assert.equal(marks, 0);
  await bench.clock.advance(1);
  assert.deepEqual(bench.link.written.slice(1), [
    bench.pdu.slice(0, 18),
    bench.pdu.slice(18, 36),
    bench.pdu.slice(36) + CTRL_Z,
  ]);
  bench.link.deliver('\r\n+CMGS: 1\r\n\r\nOK\r\n');
  assert.equal((await sent).kind, 'sent');

  const refused = bench.sendPdu({ pacing, onCtrlZ });
  bench.link.deliver('\r\n> ');
  await bench.clock.advance(5);
  bench.link.deliver('\r\n+CMS ERROR: 304\r\n');
  await bench.clock.advance(10);
  const result = await refused;
  assert.ok(result.kind === 'refused' && result.phase === 'before-ctrl-z' && result.bracketOpen);
  assert.equal(bench.link.written.at(-1), ESCAPE);

  await bench.clock.advance(500);
  const lost = bench.sendPdu({ pacing, onCtrlZ });
  bench.link.deliver('\r\n> ');
  await settle();
  bench.link.writeError = new GatewayError('link-lost', 'EIO', { retry: 'later' });
  await bench.clock.advance(20);
  assert.deepEqual(await lost, {
    kind: 'lost-before-ctrl-z',
    reason: 'link-lost',
    bracketOpen: true,
  });
  assert.equal(marks, 1);
  bench.assertIdle();
});

test('+CMGS alone is acceptance; without its OK the modem is probed before the next command', async () => {
  const bench = openChannel();
  const sent = bench.sendPdu();
  bench.link.deliver('\r\n> ');
  await settle();
  bench.link.deliver('\r\n+CMGS: 3\r\n');
  assert.equal((await sent).kind, 'sent');
  const next = bench.channel.command('AT+CSQ');
  await bench.clock.advance(5_000 + 200);
  assert.equal(bench.link.written.at(-1), `${ESCAPE}\r`);
  await bench.clock.advance(200);
  assert.equal(bench.link.written.at(-1), 'AT\r');
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  bench.link.deliver('\r\n+CSQ: 9,99\r\n\r\nOK\r\n');
  assert.deepEqual((await next).lines, ['+CSQ: 9,99']);
  assert.equal(bench.channel.faults.missingFinals, 1);
  bench.assertIdle();
});

test('OK without +CMGS is sent, with an unknown reference', async () => {
  const bench = openChannel();
  const sent = bench.sendPdu();
  bench.link.deliver('\r\n> ');
  await settle();
  bench.link.deliver('\r\n+CM\xfe\xff: 3\r\n\r\nOK\r\n');
  assert.deepEqual(await sent, { kind: 'sent', reference: null, ackPdu: null, tookMs: 0 });
  assert.equal(bench.channel.faults.missingReferences, 1);
  bench.assertIdle();
});

test('an echo torn apart by an announcement is still an echo', async () => {
  const bench = openChannel();
  const sent = bench.sendPdu();
  bench.link.deliver('AT+CMGS=18\r\r\n> ');
  await settle();
  const { pdu } = bench;
  bench.link.deliver(`${pdu.slice(0, 7)}\r\n^RSSI:9\r\n${pdu.slice(7)}${CTRL_Z}\r\n> \r\n`);
  bench.link.deliver('\r\n+CMGS: 5\r\n\r\nOK\r\n');
  assert.equal((await sent).kind, 'sent');
  assert.deepEqual(bench.urcs, [{ kind: 'line', name: '^RSSI', line: '^RSSI:9' }]);
  assert.deepEqual(bench.link.written.length, 2, 'no ESC after Ctrl-Z');
  bench.assertIdle();
});

test('a received PDU under its header is never taken for the echo, even if it is the same', async () => {
  const bench = openChannel();
  const sent = bench.sendPdu();
  bench.link.deliver('\r\n> ');
  await settle();
  bench.link.deliver(`\r\n+CMT: ,18\r\n${bench.pdu}\r\n\r\n+CMGS: 5\r\n\r\nOK\r\n`);
  assert.equal((await sent).kind, 'sent');
  assert.deepEqual(bench.urcs, [{ kind: 'pdu', name: '+CMT', line: '+CMT: ,18', pdu: bench.pdu }]);
});
