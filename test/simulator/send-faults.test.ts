import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeStatusReport } from '../../app/pdu/index.ts';
import { armed, texts } from './armed.ts';
import { handOver, send, submit } from './dialogue.ts';
import { ESC, type Program } from './rig.ts';

test('noPrompt: no answer, and the next command is read as a command', async () => {
  const [rig, program] = await armed({ noPrompt: { count: 1 } });
  program.write('AT+CMGS=20\r');
  assert.equal(await program.quiet(60), '');
  assert.match(await program.at('AT'), /^\r\nOK/);
  assert.match(await send(program, submit('b')), /\+CMGS: 0/);
  assert.deepEqual(await texts(rig), ['b']);
});

test('latePrompt: the prompt comes after its time; ESC sent before waits for it', async () => {
  const [rig, program] = await armed({ latePrompt: { count: 2, ms: 120 } });
  program.write('AT+CMGS=20\r');
  assert.equal(await program.quiet(60), '');
  program.write(ESC);
  assert.equal(await program.until('OK\r\n'), '\r\n> \r\nOK\r\n');
  assert.match(await send(program, submit('b')), /\+CMGS: 0/);
  assert.deepEqual(await texts(rig), ['b']);
});

test('cmsAtPrompt: an error instead of the prompt', async () => {
  const [rig, program] = await armed({ cmsAtPrompt: { count: 1, code: 42 } });
  assert.equal(await program.at('AT+CMGS=20'), '\r\n+CMS ERROR: 42\r\n');
  assert.deepEqual(await rig.get('/faults'), {});
  assert.match(await send(program, submit('b')), /\+CMGS: 0/);
});

test('cmsError, cmeError, bareError: refused after Ctrl-Z, and not in the journal', async () => {
  const [rig, program] = await armed({
    cmsError: { count: 1, code: 21 },
    cmeError: { count: 1 },
    bareError: { count: 1 },
  });
  await program.at('AT+CMEE=1');
  assert.equal(await send(program, submit('a')), '\r\n+CMS ERROR: 21\r\n');
  assert.equal(await send(program, submit('b')), '\r\n+CME ERROR: 100\r\n');
  assert.equal(await send(program, submit('c')), '\r\nERROR\r\n');
  assert.match(await send(program, submit('d')), /\+CMGS: 0/);
  assert.deepEqual(await texts(rig), ['d']);
});

test('silentLost and silentAccepted: no answer; only the journal knows', async () => {
  const [rig, program] = await armed({ silentLost: { count: 1 }, silentAccepted: { count: 1 } });
  for (const text of ['lost', 'accepted']) {
    await handOver(program, submit(text));
    assert.equal(await program.quiet(60), '');
    assert.match(await program.at('AT'), /OK/);
  }
  assert.match(await send(program, submit('next')), /\+CMGS: 1/);
  assert.deepEqual(await texts(rig), ['accepted', 'next']);
});

test('acceptedThenError: in the journal, and an error', async () => {
  const [rig, program] = await armed({ acceptedThenError: { count: 1, code: 332 } });
  assert.equal(await send(program, submit('a')), '\r\n+CMS ERROR: 332\r\n');
  assert.deepEqual(await texts(rig), ['a']);
});

test('dropBeforeCtrlZ: the prompt, then the end; nothing is sent, the next connection works', async () => {
  const [rig, program] = await armed({ dropBeforeCtrlZ: { count: 1 } });
  program.write('AT+CMGS=20\r');
  assert.equal(await program.until('> '), '\r\n> ');
  await program.untilClosed();
  const next = await rig.quietProgram();
  assert.match(await send(next, submit('b')), /\+CMGS: 0/);
  assert.deepEqual(await texts(rig), ['b']);
});

test('dropAfterCtrlZ: in the journal, then the end without an answer, ever', async () => {
  const [rig, program] = await armed({ dropAfterCtrlZ: { count: 1 } }, { sendMs: 30 });
  await handOver(program, submit('a'));
  await program.untilClosed();
  assert.deepEqual(await texts(rig), ['a']);
  const next = await rig.program();
  assert.equal(await next.quiet(350), '');
});

test('rebootBefore: banner instead of the prompt, settings forgotten, nothing sent', async () => {
  const [rig, program] = await armed({ rebootBefore: { count: 1 } });
  await program.at('AT+CNMI=2,1');
  program.write('AT+CMGS=20\r');
  assert.equal(await program.until('RDY\r\n'), '\r\nRDY\r\n');
  await program.until('SMS Ready\r\n');
  assert.match(await program.at('AT+CNMI?'), /^AT\+CNMI[\s\S]*\+CNMI: 0,0,0,0,0/);
  assert.deepEqual(await texts(rig), []);
});

test('rebootAfter: in the journal, then a banner instead of the answer', async () => {
  const [rig, program] = await armed({ rebootAfter: { count: 1 } });
  await handOver(program, submit('a'));
  assert.equal(await program.until('RDY\r\n'), '\r\nRDY\r\n');
  assert.deepEqual(await texts(rig), ['a']);
});

test('lateResultNextConnection: the next connection gets the answer, once', async () => {
  const [rig, program] = await armed({ lateResultNextConnection: { count: 1 } });
  await handOver(program, submit('a'));
  await program.untilClosed();
  assert.deepEqual(await texts(rig), ['a']);
  const next = await rig.program();
  assert.equal(await next.until('OK\r\n'), '\r\n+CMGS: 0\r\n\r\nOK\r\n');
  const third = await rig.program();
  assert.equal(await third.quiet(350), '');
});

test('lostOk: +CMGS alone', async () => {
  const [, program] = await armed({ lostOk: { count: 1 } });
  await handOver(program, submit('a'));
  assert.equal(await program.quiet(60), '\r\n+CMGS: 0\r\n');
});

test('urcInMiddle: the line before the prompt, before +CMGS and before OK', async () => {
  const [, program] = await armed({ urcInMiddle: { count: 1, line: '+CMTI: "SM",9' } });
  program.write('AT+CMGS=20\r');
  assert.equal(await program.until('> '), '\r\n+CMTI: "SM",9\r\n\r\n> ');
  program.write(ESC);
  await program.until('OK\r\n');
  const [, other] = await armed({ urcInMiddle: { count: 1 } });
  assert.equal(
    await send(other, submit('a')),
    '\r\n^RSSI:17\r\n\r\n+CMGS: 0\r\n\r\n^RSSI:17\r\n\r\nOK\r\n',
  );
});

test('garbage: random octets before prompt and answer, which end no line', async () => {
  const [rig, program] = await armed({ garbage: { count: 20 } });
  for (let i = 0; i < 20; i += 1) {
    program.write('AT+CMGS=20\r');
    const before = await program.until('\r\n> ');
    assert.equal(before.length, 24 + 4);
    program.write(ESC);
    await program.until('OK\r\n');
  }
  await rig.post('/faults', { garbage: { count: 1 } });
  assert.match(await send(program, submit('a')), /^[^\r\n]{24}\r\n\+CMGS: 0\r\n\r\nOK\r\n$/);
});

test('reportMissing, reportStatus and reportLate', async () => {
  const [rig, program] = await armed({
    reportMissing: { count: 1 },
    reportStatus: { count: 1, tpSt: 0x41 },
  });
  await program.at('AT+CNMI=2,1,0,1,0');
  await send(program, submit('no report', { statusReport: true }));
  await send(program, submit('failed', { statusReport: true }));
  assert.deepEqual(await report(program), [1, 0x41]);
  await rig.post('/faults', { reportLate: { count: 1, ms: 150 } });
  await send(program, submit('late', { statusReport: true }));
  await send(program, submit('on time', { statusReport: true }));
  assert.deepEqual(await report(program), [3, 0]);
  assert.deepEqual(await report(program), [2, 0]);
});

test('reportsOutOfOrder: behind the next one', async () => {
  const [, program] = await armed({ reportsOutOfOrder: { count: 1 } });
  await program.at('AT+CNMI=2,1,0,1,0');
  for (const text of ['a', 'b', 'c']) {
    await send(program, submit(text, { statusReport: true }));
  }
  const order = [await report(program), await report(program), await report(program)];
  assert.deepEqual(
    order.map(([reference]) => reference),
    [1, 0, 2],
  );
});

async function report(program: Program): Promise<[number, number]> {
  const lines = await program.until(/\+CDS: \d+\r\n[0-9A-F]+\r\n/);
  const { reference, tpSt } = decodeStatusReport(/\n([0-9A-F]+)\r\n$/.exec(lines)?.[1] ?? '');
  return [reference, tpSt];
}
