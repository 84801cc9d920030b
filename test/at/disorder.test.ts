import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINE_LIMIT_OCTETS } from '../../app/at/octet-stage.ts';
import { openChannel } from '../support/at-bench.ts';

test('a command without an answer times out; its late answer is not the next one’s', async () => {
  const bench = openChannel();
  const first = assert.rejects(bench.channel.command('AT+CSCA="+6281100000"'), {
    code: 'at-timeout',
    context: { command: 'AT+CSCA' },
  });
  const second = bench.channel.command('AT+CSQ');
  await bench.clock.advance(5_000);
  await first;
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(200);
  assert.equal(bench.link.written.at(-1), '\x1b\r');
  await bench.clock.advance(200);
  assert.equal(bench.link.written.at(-1), 'AT\r');
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  assert.equal(bench.link.written.at(-1), 'AT+CSQ\r');
  bench.link.deliver('\r\n+CSQ: 5,0\r\n\r\nOK\r\n');
  assert.deepEqual((await second).lines, ['+CSQ: 5,0']);
  bench.assertIdle();
});

test('a modem that stays silent fails each waiting job by itself, bounded in time', async () => {
  const bench = openChannel();
  const commands = [1, 2].map(() =>
    assert.rejects(bench.channel.command('AT'), { code: 'at-timeout' }),
  );
  const send = bench.sendPdu();
  const resync = bench.channel.resync();
  await bench.clock.advance(30_000);
  await Promise.all(commands);
  assert.deepEqual(await send, { kind: 'no-prompt', bracketOpen: false });
  assert.equal(await resync, false);
  assert.ok(!bench.link.text().includes('CMGS'));
  bench.assertIdle();
});

test('resync takes any final line as a sign of life, numeric ones too', async () => {
  const bench = openChannel();
  const refusing = bench.channel.resync();
  await bench.clock.advance(400);
  bench.link.deliver('AT\r\r\nERROR\r\n');
  await bench.clock.advance(100);
  assert.equal(await refusing, true);

  const numeric = bench.channel.resync();
  await bench.clock.advance(1_400);
  bench.link.deliver('0\r');
  assert.equal(bench.link.written.at(-1), 'ATV1\r');
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  assert.equal(await numeric, true);
  bench.assertIdle();
});

test('old output drains before the probe, but a talker does not hold it up for ever', async () => {
  const bench = openChannel();
  const resync = bench.channel.resync();
  for (let turn = 0; turn < 6; turn += 1) {
    await bench.clock.advance(100);
    bench.link.deliver('\r\n^RSSI:9\r\n');
  }
  assert.deepEqual(bench.link.written, ['\x1b\r']);
  await bench.clock.advance(200);
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  assert.equal(await resync, true);
});

test('an aborted command leaves the queue, or the modem is probed after it', async () => {
  const bench = openChannel();
  const reason = new Error('enough');
  const [running, waiting] = [new AbortController(), new AbortController()];
  const first = assert.rejects(
    bench.channel.command('AT+COPS=?', { signal: running.signal }),
    reason,
  );
  const second = assert.rejects(bench.channel.command('AT', { signal: waiting.signal }), reason);
  waiting.abort(reason);
  await second;
  running.abort(reason);
  await first;
  await assert.rejects(bench.channel.command('AT', { signal: running.signal }), reason);
  assert.deepEqual(bench.link.written, ['AT+COPS=?\r']);
  const third = bench.channel.command('AT+CSQ');
  await bench.clock.advance(400);
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  bench.link.deliver('\r\nOK\r\n');
  assert.ok((await third).ok);
  bench.assertIdle();
});

test('a secret leaves no trace, nor does its echo, torn or whole', async () => {
  const bench = openChannel();
  const result = bench.channel.command('AT+CPIN="4711"', { secret: true });
  bench.link.deliver('AT+CPIN="4711"\r');
  bench.link.deliver('"4711"\r\r\nOK\r\n');
  assert.ok((await result).ok);
  assert.deepEqual(bench.urcs, []);
  assert.ok(!bench.trace.join().includes('4711'), bench.trace.join());
  await bench.channel.close();
});

test('a restart rejects what runs and is announced', async () => {
  const bench = openChannel();
  const result = assert.rejects(bench.channel.command('AT+CMGL=4'), { code: 'modem-reset' });
  bench.link.deliver('\r\n^SYSSTART\r\n');
  await result;
  assert.deepEqual(bench.urcs, [{ kind: 'boot', stage: 'started', line: '^SYSSTART' }]);
  const query = bench.channel.command('AT+CFUN?');
  bench.link.deliver('\r\n+CFUN: 1\r\n\r\nOK\r\n');
  assert.deepEqual((await query).lines, ['+CFUN: 1']);
  bench.assertIdle();
});

test('closing settles all with link-lost and reports how the link closed', async () => {
  const bench = openChannel();
  const running = assert.rejects(bench.channel.command('AT'), { code: 'link-lost' });
  const waiting = assert.rejects(bench.channel.command('AT'), { code: 'link-lost' });
  const resync = bench.channel.resync();
  assert.deepEqual(await bench.channel.close(), { hung: false });
  await Promise.all([running, waiting]);
  assert.equal(await resync, false);
  await assert.rejects(bench.channel.command('AT'), { code: 'link-lost' });
  assert.deepEqual(bench.closes, [null]);
  assert.equal(bench.channel.open, false);
  bench.assertIdle();
});

test('the queue is bounded', async () => {
  const bench = openChannel();
  const all = Array.from({ length: 66 }, () => bench.channel.command('AT'));
  await assert.rejects(all[65] as Promise<unknown>, { code: 'at-queue-full' });
  const rest = Promise.allSettled(all);
  await bench.channel.close();
  await rest;
});

test('noise: NULs, a disturbed OK, a line without end', async () => {
  const bench = openChannel();
  const first = bench.channel.command('AT');
  bench.link.deliver('\0\0\r\n\0O\0K\r\n');
  assert.ok((await first).ok);
  const second = bench.channel.command('AT');
  bench.link.deliver('\xff\x01\xfeOK \r\n');
  assert.ok((await second).ok);
  const third = bench.channel.command('AT');
  bench.link.deliver('x'.repeat(3 * LINE_LIMIT_OCTETS));
  bench.link.deliver(`${'x'.repeat(LINE_LIMIT_OCTETS)}\r\nOK\r\n`);
  assert.ok((await third).ok);
  assert.deepEqual(
    bench.urcs.map((urc) => urc.line),
    ['x'.repeat(LINE_LIMIT_OCTETS)],
  );
  assert.equal(bench.channel.faults.nulOctets, 4);
  assert.equal(bench.channel.faults.cutLines, 1);
  assert.equal(bench.channel.faults.noisyLines, 1);
  bench.assertIdle();
});

test('an answer without end is given up', async () => {
  const bench = openChannel();
  const result = assert.rejects(bench.channel.command('ATI', { anyText: true }), {
    code: 'at-answer-too-long',
  });
  bench.link.deliver('x\r\n'.repeat(5_000));
  await result;
});

test('a header whose PDU never comes does not swallow the stream', async () => {
  const bench = openChannel();
  const list = bench.channel.command('AT+CMGL=4');
  bench.link.deliver('\r\n+CMGL: 1,1,,24\r\n\r\nOK\r\n');
  assert.deepEqual(await list, { ok: true, lines: ['+CMGL: 1,1,,24'], pdus: [] });
  bench.link.deliver('\r\n+CMT: ,24\r\n');
  for (let line = 0; line < 9; line += 1) {
    bench.link.deliver('\r\nRING\r\n');
  }
  assert.ok(bench.urcs.some((urc) => urc.kind === 'line' && urc.line === '+CMT: ,24'));
  bench.link.deliver('\r\n+CUSD: 1,"never closed\r\n');
  bench.link.deliver('1. Pulsa\r\n');
  const next = bench.channel.command('AT');
  bench.link.deliver('\r\nOK\r\n');
  assert.ok((await next).ok);
  assert.equal(bench.urcs.at(-1)?.line, '+CUSD: 1,"never closed\n1. Pulsa');
  assert.equal(bench.channel.faults.lonelyHeaders, 2);
});

test('call results end a dialling command only', async () => {
  const bench = openChannel();
  const signal = bench.channel.command('AT+CSQ');
  bench.link.deliver('\r\nNO CARRIER\r\n\r\n+CSQ: 1,0\r\n\r\nOK\r\n');
  assert.deepEqual((await signal).lines, ['+CSQ: 1,0']);
  const dial = bench.channel.command('ATD123;');
  bench.link.deliver('\r\nBUSY\r\n');
  const result = await dial;
  assert.ok(!result.ok && result.error.text === 'BUSY');
  assert.deepEqual(bench.urcs, [{ kind: 'line', name: null, line: 'NO CARRIER' }]);
});

test('a handler that throws is logged and counted, nothing else', async () => {
  const bench = openChannel();
  bench.urcs.push = () => {
    throw new Error('handler');
  };
  const result = bench.channel.command('AT');
  bench.link.deliver('\r\nRING\r\n\r\nOK\r\n');
  assert.ok((await result).ok);
  assert.equal(bench.channel.faults.handlerErrors, 1);
});

test('an answer that arrives within the write itself is taken in order', async () => {
  const bench = openChannel();
  const answers = ['\r\n+CSQ: 7,0\r\n\r\nOK\r\n', '\r\n> ', '\r\n+CMGS: 4\r\n\r\nOK\r\n'];
  bench.link.onWrite = () => bench.link.deliver(answers.shift() ?? '');
  assert.deepEqual((await bench.channel.command('AT+CSQ')).lines, ['+CSQ: 7,0']);
  assert.equal((await bench.sendPdu()).kind, 'sent');
  bench.assertIdle();
});

test('a prompt during a command: ESC, the command fails, the modem is probed', async () => {
  const bench = openChannel();
  const stuck = assert.rejects(bench.channel.command('AT+CSQ'), { code: 'at-stuck-prompt' });
  const next = bench.channel.command('AT');
  bench.link.deliver('AT+CSQ\r\r\n> ');
  await stuck;
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(400);
  assert.deepEqual(bench.link.written, ['AT+CSQ\r', '\x1b', '\x1b\r', 'AT\r']);
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  bench.link.deliver('\r\nOK\r\n');
  assert.ok((await next).ok);
  bench.assertIdle();
});

test('nothing that a caller passes can break out of its command', async () => {
  const bench = openChannel();
  for (const text of ['AT\rAT+CMGD=1,4', 'AT+CUSD=1,"*1#\x1a"', 'AT\n']) {
    await assert.rejects(bench.channel.command(text), { code: 'at-bad-command', retry: 'never' });
  }
  for (const pdu of ['', '00\x1a', 'xyz']) {
    await assert.rejects(bench.sendPdu({ pdu }), { code: 'at-bad-command' });
  }
  assert.deepEqual(bench.link.written, []);
});

test('a handler may close the channel in the middle of what was received', async () => {
  const bench = openChannel();
  bench.urcs.push = () => {
    void bench.channel.close();
    return 1;
  };
  bench.link.deliver('\r\nRING\r\n\r\nRING\r\n\r\n> \r\nRDY\r\n');
  bench.link.deliver('\r\nRING\r\n');
  await bench.clock.advance(10_000);
  assert.deepEqual(bench.closes, [null]);
  assert.deepEqual(bench.link.written, []);
});

test('headers in text mode announce no PDU', () => {
  const bench = openChannel();
  const lines = [
    '+CDS: 6,5,"+62811",145,"26/11/21,12:00:00+28","26/11/21,12:00:00+28",64',
    '+CMT: "+62811",,"26/11/21,12:00:00+28"',
    '+CMGR: 0,,0',
  ];
  for (const line of lines) {
    bench.link.deliver(`\r\n${line}\r\n`);
  }
  assert.deepEqual(
    bench.urcs.map((urc) => urc.line),
    lines,
  );
});

test('a probe answered by something older still leaves nothing for the next command', async () => {
  const bench = openChannel();
  const late = assert.rejects(bench.channel.command('AT+COPS?'), { code: 'at-timeout' });
  const next = bench.channel.command('AT+CSQ');
  await bench.clock.advance(5_000 + 400);
  await late;
  assert.equal(bench.link.written.at(-1), 'AT\r');
  bench.link.deliver('\r\n+COPS: 0\r\n\r\nOK\r\n');
  await bench.clock.advance(60);
  bench.link.deliver('\r\nOK\r\n');
  await bench.clock.advance(100);
  bench.link.deliver('\r\n+CSQ: 5,0\r\n\r\nOK\r\n');
  assert.deepEqual((await next).lines, ['+CSQ: 5,0']);
  bench.assertIdle();
});
