import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLuhnValid, luhnDigit } from '../../app/domain/luhn.ts';
import { parseCommands } from '../../app/simulator/at-syntax.ts';
import { packUssd, unpackUssd } from '../../app/simulator/ussd-packing.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { handOver, send, submit } from './dialogue.ts';
import { CTRL_Z, ESC, start } from './rig.ts';

const COMMANDS = (
  'E0 E1 V0 V1 Q0 Z &F I +CGMI +CGSN=1 +CIMI +CPIN? +CPIN="1234" +CPIN="1","2" +CREG=2 +CREG? +COPS? +COPS=3,0 ' +
  '+CSQ +CESQ +CMGF=0 +CMGF=1 +CMGS=20 +CMGS="+62" +CMGW=20 +CMGL=4 +CMGL="ALL" +CMGR=1 +CMGD=1,4 +CNMI=2,1,0,2,0 ' +
  '+CNMI=2,2,0,1,0 +CSMS=1 +CNMA +CPMS="SM","ME" +CPMS? +CSCA? +CSCA="" +CSCS="UCS2" +CUSD=1,"*888#",15 +CCLK? +CLCK="SC",2 ' +
  '+CPWD="SC","1","2" D123; S3=1 +NOSUCH'
).split(' ');

test('no stream of octets ends the simulator or leaves it deaf', { timeout: 60_000 }, async () => {
  const rig = await start({ reportMs: 1 });
  const token = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...COMMANDS).map((command) => `AT${command}`) },
    { weight: 2, arbitrary: fc.constantFrom('\r', '\r\n', ';', CTRL_Z, ESC, '\b', '"', ',', '=?') },
    { weight: 1, arbitrary: fc.constant(submit('acak', { statusReport: true }).pdu) },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ maxLength: 40 })
        .map((octets) => Buffer.from(octets).toString('latin1')),
    },
  );
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now());
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 60 }), async (tokens) => {
      const program = await rig.program();
      program.write(`${tokens.join('')}`);
      program.write(`\r${ESC}\r${ESC}ATZ\r`);
      await rig.post('/inbound', { from: '+62811', text: 'x' });
      program.write('AT+GCAP\r');
      await program.until('+GCAP: +CGSM');
      program.write(`AT+CMGD=1,4\r`);
      program.socket.destroy();
    }),
    { numRuns: 150, seed },
  );
});

test('any text is split into commands or refused, without an exception', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const commands = parseCommands(text);
      assert.ok(commands === null || commands.every((command) => command.name !== ''));
    }),
    { numRuns: 5_000 },
  );
});

test('a line of many commands is split in one go', () => {
  const startMs = performance.now();
  assert.equal(parseCommands('+CSQ;'.repeat(200))?.length, 200);
  parseCommands('"'.repeat(1_024));
  parseCommands(';'.repeat(1_024));
  assert.ok(performance.now() - startMs < 500);
});

test('USSD packing comes back the same, whatever its length', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,60}$/), (text) => {
      assert.equal(unpackUssd(packUssd(text)), text);
    }),
  );
});

test('Luhn digits: a known IMEI, and every wrong digit is seen', () => {
  assert.ok(isLuhnValid('490154203237518'));
  assert.equal(luhnDigit('49015420323751'), '8');
  for (const wrong of '012345679') {
    assert.ok(!isLuhnValid(`49015420323751${wrong}`));
  }
  assert.ok(!isLuhnValid('x'));
});

test('input behind a Ctrl-Z that ended the connection dies with it', async () => {
  const rig = await start();
  await rig.post('/faults', { dropAfterCtrlZ: { count: 1 } });
  const program = await rig.quietProgram();
  const { pdu, tpduLength } = submit('a');
  program.write(`AT+CMGS=${tpduLength}\r`);
  await program.until('> ');
  program.write(`${pdu}${CTRL_Z}AT+CMGF=1\r`);
  await program.untilClosed();
  const next = await rig.program();
  assert.match(await next.at('AT+CMGF?'), /\+CMGF: 0/);
});

test('a direct message without CNMA closes the routes and comes again', async () => {
  const clock = new FakeClock();
  const rig = await start({ clock });
  const program = await rig.quietProgram();
  await program.at('AT+CSMS=1;+CNMI=2,2,0,1,0');
  await rig.post('/inbound', { from: '+62811', text: 'lagi' });
  await program.until(/\+CMT: ,\d+\r\n[0-9A-F]+\r\n/);
  await clock.advance(15_000);
  assert.match(await program.at('AT+CNMI?'), /\+CNMI: 2,0,0,0,0/);
  assert.match(await program.at('AT+CNMA'), /\+CMS ERROR: 340/);
  assert.match(await program.at('AT+CMGL=4'), /\+CMGL: 1,0,,/, 'stored, now that mt is 0');
  await rig.close();
  assert.equal(clock.pendingTimers(), 0);
});

test('a refused message (CNMA=2) comes again after ten seconds', async () => {
  const clock = new FakeClock();
  const rig = await start({ clock });
  const program = await rig.quietProgram();
  await program.at('AT+CSMS=1;+CNMI=2,2,0,1,0');
  await clock.advance(0);
  await rig.post('/inbound', { from: '+62811', text: 'lagi' });
  await program.until(/\+CMT: ,\d+\r\n[0-9A-F]+\r\n/);
  assert.match(await program.at('AT+CNMA=2'), /OK/);
  await clock.advance(9_000);
  assert.equal(await program.quiet(20), '');
  await clock.advance(1_000);
  await program.until(/\+CMT: ,\d+\r\n[0-9A-F]+\r\n/);
  await program.at('AT+CNMA');
});

test('a prompt that nobody ends is given up after a minute, and nothing is sent', async () => {
  const clock = new FakeClock();
  const rig = await start({ clock });
  const program = await rig.quietProgram();
  program.write('AT+CMGS=20\r');
  await program.until('> ');
  program.write('0001');
  await program.quiet(20);
  await clock.advance(60_000);
  assert.equal(await program.until('OK\r\n'), '\r\nOK\r\n');
  assert.match(await program.at('AT'), /OK/);
  assert.deepEqual(await rig.journal(), []);
});

test('the time of a send is exact on the clock that is handed in', async () => {
  const clock = new FakeClock();
  const rig = await start({ clock, sendMs: 1_000 });
  const program = await rig.quietProgram();
  await handOver(program, submit('a'));
  await program.quiet(20);
  await clock.advance(999.9);
  assert.equal(await program.quiet(20), '');
  await clock.advance(0.1);
  assert.match(await program.until('OK\r\n'), /\+CMGS: 0/);
});

test('a program that never reads does not make the simulator grow', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  program.socket.pause();
  for (let i = 0; i < 200; i += 1) {
    program.write('ATI\r'.repeat(500));
  }
  await program.quiet(300);
  const next = await rig.program();
  assert.match(await next.at('AT'), /OK/);
  assert.match(await send(next, submit('x')), /\+CMGS: 0/);
});
