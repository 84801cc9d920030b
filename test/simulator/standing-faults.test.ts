import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { armed, texts } from './armed.ts';
import { handOver, send, submit } from './dialogue.ts';

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
