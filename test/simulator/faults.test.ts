import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeStatusReport } from '../../app/pdu/index.ts';
import { SEND_FAULTS, STANDING_FAULTS } from '../../app/simulator/fault-names.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { handOver, send, submit } from './dialogue.ts';
import { ESC, type Program, type Rig, start } from './rig.ts';

async function armed(
  faults: object,
  options: Parameters<typeof start>[0] = {},
): Promise<[Rig, Program]> {
  const rig = await start(options);
  const program = await rig.quietProgram();
  assert.equal((await rig.post('/faults', faults)).status, 200);
  return [rig, program];
}

async function texts(rig: Rig): Promise<string[]> {
  return (await rig.journal()).map((entry) => entry.text);
}

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

test('splitBytes: every octet alone, nothing lost', async () => {
  const [rig, program] = await armed({ splitBytes: true });
  let packets = 0;
  program.socket.on('data', () => {
    packets += 1;
  });
  assert.match(await send(program, submit('a')), /^\r\n\+CMGS: 0\r\n\r\nOK\r\n$/);
  assert.ok(packets > 10, `${packets} packets`);
  await rig.post('/faults', {});
  assert.equal(await program.at('AT'), '\r\nOK\r\n');
});

test('echoOn: echo whatever ATE0 says', async () => {
  const [, program] = await armed({ echoOn: true });
  assert.equal(await program.at('ATE0'), 'ATE0\r\r\nOK\r\n');
  assert.equal(await program.at('AT'), 'AT\r\r\nOK\r\n');
});

test('hang: silence in the middle of a send too, until it is cleared', async () => {
  const clock = new FakeClock();
  const [rig, program] = await armed({}, { sendMs: 1_000, clock });
  await handOver(program, submit('a'));
  await program.quiet(20);
  await rig.post('/faults', { hang: true });
  program.write('AT\r');
  await clock.advance(1_000);
  assert.equal(await program.quiet(60), '');
  assert.deepEqual(await texts(rig), ['a'], 'the radio had it already');
  const next = await rig.program();
  next.write('AT\r');
  assert.equal(await next.quiet(60), '');
  await rig.post('/faults', {});
  assert.match(await next.at('AT'), /OK/);
});

test('storageFull: memories look full, messages wait in the network and come when it is cleared', async () => {
  const [rig, program] = await armed({ storageFull: true });
  await program.at('AT+CNMI=2,1,0,0,0');
  assert.match(await program.at('AT+CPMS?'), /"SM",30,30/);
  await rig.post('/inbound', { from: '+62811', text: 'tunggu' });
  assert.equal(await program.quiet(50), '');
  await rig.post('/faults', {});
  assert.equal(await program.until('\n', 500), '\r\n');
  assert.match(await program.until('\r\n'), /\+CMTI: "SM",1/);
});

test('registrationLost: told, sends refused with 331, back when cleared', async () => {
  const [rig, program] = await armed({});
  await program.at('AT+CREG=1');
  await rig.post('/faults', { registrationLost: true });
  await program.until('+CREG: 2\r\n');
  assert.match(await program.at('AT+CSQ'), /\+CSQ: 99,99/);
  assert.match(await send(program, submit('a')), /\+CMS ERROR: 331/);
  await rig.post('/faults', {});
  await program.until('+CREG: 1\r\n');
  assert.match(await send(program, submit('b')), /\+CMGS: 0/);
});

test('pinRequired: tries are counted, outlive restarts, and the right PIN opens', async () => {
  const [rig, program] = await armed({ pinRequired: true });
  await program.at('AT+CMEE=1');
  assert.match(await program.at('AT+CPIN?'), /\+CPIN: SIM PIN/);
  assert.match(await program.at('AT+CIMI'), /\+CME ERROR: 11/);
  assert.match(await program.at('AT+CMGS=20'), /\+CMS ERROR: 311/);
  assert.match(await program.at('AT+CREG?'), /\+CREG: 0,0/);
  assert.match(await program.at('AT+CCID'), /\+CCID: 89/);
  assert.match(await program.at('AT+CPINR="SIM PIN"'), /\+CPINR: SIM PIN,3,3/);
  assert.match(await program.at('AT+CPIN="0000"'), /\+CME ERROR: 16/);
  assert.match(await program.at('AT+CPINR="SIM PIN"'), /\+CPINR: SIM PIN,2,3/);
  await rig.post('/power', { action: 'reboot' });
  await program.until('+CPIN: SIM PIN\r\n');
  assert.match(await program.at('AT+CPINR="SIM PIN"'), /\+CPINR: SIM PIN,2,3/);
  assert.match(await program.at('AT+CPIN="1234"'), /OK/);
  await program.until('+CPIN: READY\r\n');
  assert.match(await program.at('AT+CPIN?;+CPINR="SIM PIN"'), /READY[\s\S]*SIM PIN,3,3/);
  await program.quiet(350);
  assert.match(await send(program, submit('a')), /\+CMGS: 0/);
  await rig.post('/power', { action: 'reboot' });
  await program.until('+CPIN: SIM PIN\r\n');
});

test('pukRequired and three wrong PINs lead to the PUK, which sets a new PIN', async () => {
  const [rig, program] = await armed({ pinRequired: true });
  await program.at('AT+CMEE=1');
  await program.at('AT+CPIN="0000"');
  await program.at('AT+CPIN="0000"');
  assert.match(await program.at('AT+CPIN="0000"'), /\+CME ERROR: 12/);
  assert.match(await program.at('AT+CPIN?'), /SIM PUK/);
  assert.match(await program.at('AT+CPIN="1234"'), /\+CME ERROR: 12/);
  assert.match(await program.at('AT+CPIN="00000000","4321"'), /\+CME ERROR: 16/);
  assert.match(await program.at('AT+CPINR'), /SIM PIN,0,3\r\n\+CPINR: SIM PUK,9,10/);
  assert.match(await program.at('AT+CPIN="12345678","4321"'), /OK/);
  await program.until('+CPIN: READY\r\n');
  const [, other] = await armed({ pukRequired: true });
  assert.match(await other.at('AT+CPIN?'), /SIM PUK/);
  await rig.close();
});

test('each family tells the tries that are left in its own way', async () => {
  for (const [profile, ask, answer] of [
    ['huawei-e173', 'AT^CPIN?', '^CPIN: SIM PIN,,10,2,10,3'],
    ['sim800', 'AT+SPIC', '+SPIC: 2,10,3,10'],
    ['quectel-ec25', 'AT+QPINC="SC"', '+QPINC: "SC",2,10'],
    ['zte-mf190', 'AT+ZPINPUK=?', '+ZPINPUK: 2,10'],
  ] as const) {
    const [rig, program] = await armed({ pinRequired: true }, { profile });
    await program.at('AT+CPIN="0000"');
    assert.ok((await program.at(ask)).includes(answer), profile);
    await rig.close();
  }
});

test('simMissing: the SIM goes and comes back with its lines', async () => {
  const [rig, program] = await armed({ simMissing: true });
  await program.until('+CPIN: NOT INSERTED\r\n');
  await program.at('AT+CMEE=1');
  assert.match(await program.at('AT+CPIN?'), /\+CME ERROR: 10/);
  assert.match(await program.at('AT+CMGS=20'), /\+CMS ERROR: 310/);
  assert.match(await program.at('AT+CCID'), /\+CME ERROR: 10/);
  await rig.post('/faults', {});
  await program.until('SMS Ready\r\n');
  assert.match(await program.at('AT+CPIN?'), /READY/);
});

test('noisyUrcs: the family talks every two seconds', async () => {
  const [rig, program] = await armed({ noisyUrcs: true }, { profile: 'huawei-e173' });
  await program.until('^RSSI:20\r\n', 4_000);
  await program.until('^DSFLOWRPT:');
  await rig.post('/faults', {});
  await program.quiet(10);
  assert.equal(await program.quiet(2_200), '');
});

test('probability: 1 always, 0 never, one half about half', async () => {
  const [rig, program] = await armed({ cmsAtPrompt: { probability: 0.5, code: 7 } });
  let struck = 0;
  for (let i = 0; i < 200; i += 1) {
    program.write('AT+CMGS=20\r');
    if ((await program.until(/> |ERROR: 7\r\n/)).endsWith('> ')) {
      program.write(ESC);
      await program.until('OK\r\n');
    } else {
      struck += 1;
    }
  }
  assert.ok(struck > 60 && struck < 140, String(struck));
  await rig.post('/faults', { cmsAtPrompt: { probability: 0 } });
  assert.match(await send(program, submit('a')), /\+CMGS/);
  assert.deepEqual(await rig.get('/faults'), { cmsAtPrompt: { probability: 0, code: 302 } });
});

test('every name is known, and a wrong set is refused whole with a sentence', async () => {
  const rig = await start();
  for (const name of Object.keys(SEND_FAULTS)) {
    assert.equal((await rig.post('/faults', { [name]: { count: 1 } })).status, 200, name);
  }
  for (const name of STANDING_FAULTS) {
    assert.equal((await rig.post('/faults', { [name]: true })).status, 200, name);
  }
  await rig.post('/faults', { lostOk: { count: 3 } });
  for (const [faults, sentence] of [
    [
      { explode: { count: 1 } },
      /There is no fault "explode"\. Known faults: noPrompt, .*noisyUrcs/,
    ],
    [{ toString: { count: 1 } }, /There is no fault "toString"/],
    [{ lostOk: true }, /"lostOk" is an object/],
    [{ lostOk: {} }, /needs either "count" or "probability"/],
    [{ lostOk: { count: 1, probability: 1 } }, /needs either/],
    [{ lostOk: { count: 0 } }, /whole number from 1/],
    [{ lostOk: { probability: 2 } }, /from 0 to 1/],
    [{ lostOk: { count: 1, ms: 3 } }, /has no field "ms"/],
    [{ cmsError: { count: 1, code: 'x' } }, /"code" of "cmsError"/],
    [{ reportStatus: { count: 1, tpSt: 256 } }, /"tpSt" of "reportStatus"/],
    [{ urcInMiddle: { count: 1, line: 5 } }, /"line" of "urcInMiddle"/],
    [{ hang: { count: 1 } }, /"hang" stands/],
    [[], /one JSON object/],
    ['nonsense', /not JSON/],
  ] as const) {
    const answer = await rig.post('/faults', faults);
    assert.equal(answer.status, 400, JSON.stringify(faults));
    assert.match((answer.body as { error: string }).error, sentence);
  }
  assert.deepEqual(await rig.get('/faults'), { lostOk: { count: 3 } });
});

test('a faults file is read at the start, again when it changes, and kept when it turns bad', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-faults-'));
  try {
    const faultsFile = join(folder, 'faults.json');
    const missing = await start({ faultsFile });
    assert.deepEqual(await missing.get('/faults'), {});
    writeFileSync(faultsFile, '{"cmsError":{"count":1,"code":9}}');
    const program = await missing.quietProgram();
    assert.match(await send(program, submit('a')), /\+CMS ERROR: 9/);
    writeFileSync(`${faultsFile}.new`, '{"echoOn":true}');
    renameSync(`${faultsFile}.new`, faultsFile);
    assert.match(await send(program, submit('b')), /\+CMGS: 0/);
    assert.deepEqual(await missing.get('/faults'), { echoOn: true });
    writeFileSync(faultsFile, '{"echoOn":tr');
    await send(program, submit('c'));
    assert.deepEqual(await missing.get('/faults'), { echoOn: true });
    await assert.rejects(start({ faultsFile }), { code: 'bad-faults' });
    writeFileSync(faultsFile, '{"hang":true}');
    for (let i = 0; i < 100 && !('hang' in ((await missing.get('/faults')) as object)); i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(await missing.get('/faults'), { hang: true }, 'seen without a send');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
