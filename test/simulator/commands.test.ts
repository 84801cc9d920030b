import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLuhnValid } from '../../app/domain/luhn.ts';
import { isSimulatedImei } from '../../app/domain/simulated-imei.ts';
import { start } from './rig.ts';

test('echo is on at first, covers the line end, and goes with ATE0', async () => {
  const rig = await start();
  const program = await rig.program();
  assert.equal(await program.at('AT'), 'AT\r\r\nOK\r\n');
  assert.equal(await program.at('ATE0'), 'ATE0\r\r\nOK\r\n');
  assert.equal(await program.at('AT'), '\r\nOK\r\n');
  assert.equal(await program.at('ATE1'), '\r\nOK\r\n');
  assert.equal(await program.at('at'), 'at\r\r\nOK\r\n');
});

test('line ends: CR, LF and both; empty lines, stray ESC and foreign text are passed over', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  program.write('\r\n\n\r\x1b\rhello\r');
  assert.equal(await program.quiet(30), '');
  program.write('AT\n');
  assert.equal(await program.until('OK\r\n'), '\r\nOK\r\n');
  program.write('AT\r\n');
  assert.equal(await program.until('OK\r\n'), '\r\nOK\r\n');
  program.write('\x1bjunkAT+CSQ\r');
  assert.match(await program.until('OK\r\n'), /\+CSQ: 20,99/);
});

test('a line that comes octet by octet, and two lines in one packet', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  for (const char of 'AT+CSQ\r') {
    program.write(char);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.equal(await program.until('OK\r\n'), '\r\n+CSQ: 20,99\r\n\r\nOK\r\n');
  program.write('AT+CMGF?\rAT+CMEE?\r');
  assert.equal(
    await program.until('+CMEE: 0\r\n\r\nOK\r\n'),
    '\r\n+CMGF: 0\r\n\r\nOK\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n',
  );
});

test('commands joined with ; run in order, with one result, and end at the first error', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  assert.equal(
    await program.at('AT+CMEE=1;+CREG=2;+CREG?'),
    '\r\n+CREG: 2,1,"1A2B","0C3D4E5F",2\r\n\r\nOK\r\n',
  );
  assert.equal(await program.at('AT+CMGF=1;+NOSUCH;+CMGF=0'), '\r\nERROR\r\n');
  assert.equal(await program.at('AT+CMGF?'), '\r\n+CMGF: 1\r\n\r\nOK\r\n');
  assert.equal(await program.at('ATE0V1;+CMEE?'), '\r\n+CMEE: 1\r\n\r\nOK\r\n');
  assert.equal(await program.at('AT+CPWD="a;b"'), '\r\n+CME ERROR: 4\r\n', 'a ; in quotes stays');
});

test('unknown and malformed commands get ERROR, never silence', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  for (const line of [
    'AT+NOSUCH',
    'AT+',
    'AT=',
    'AT+CMGF=7',
    'AT^NOSUCH?',
    'AT$X=?',
    'AT+CREG=9',
    'AT%',
  ]) {
    assert.equal(await program.at(line), '\r\nERROR\r\n', line);
  }
  program.write(`AT${'x'.repeat(5_000)}\r`);
  assert.equal(await program.until('ERROR\r\n'), '\r\nERROR\r\n');
  assert.equal(await program.at('AT'), '\r\nOK\r\n');
});

test('result format: V0 gives digits, Q1 nothing, CMEE chooses bare, numbers or words', async () => {
  const rig = await start();
  await rig.post('/faults', { simMissing: true });
  const program = await rig.quietProgram();
  assert.equal(await program.at('AT+CIMI'), '\r\nERROR\r\n');
  await program.at('AT+CMEE=1');
  assert.equal(await program.at('AT+CIMI'), '\r\n+CME ERROR: 10\r\n');
  await program.at('AT+CMEE=2');
  assert.equal(await program.at('AT+CIMI'), '\r\n+CME ERROR: SIM not inserted\r\n');
  assert.equal(await program.at('AT+CMGL=4'), '\r\n+CMS ERROR: SIM not inserted\r\n');
  program.write('ATV0\r');
  assert.equal(await program.until('0\r'), '0\r');
  program.write('AT+NOSUCH\rATQ1\rAT\r');
  assert.equal(await program.until('4\r'), '4\r');
  program.write('ATQ0V1\r');
  assert.equal(await program.until('OK\r\n'), '\r\nOK\r\n');
});

test('identity: each family tells its own, the IMEI is valid and seen to be simulated', async () => {
  for (const [profile, model, askIccid] of [
    ['generic', 'SIMULATED MODEM', 'AT+CCID'],
    ['huawei-e173', 'E173', 'AT^ICCID?'],
    ['zte-mf190', 'MF190', 'AT+ZGETICCID'],
    ['sim800', 'SIMCOM_SIM800L', 'AT+CCID'],
    ['sim7600', 'SIMCOM_SIM7600E-H', 'AT+CICCID'],
    ['quectel-ec25', 'EC25', 'AT+QCCID'],
  ] as const) {
    const rig = await start({ profile });
    const program = await rig.quietProgram();
    assert.ok((await program.at('AT+CGMM')).includes(model));
    assert.ok((await program.at('AT+GMM')).includes(model));
    assert.match(await program.at('AT+CGMI'), /\w/);
    assert.match(await program.at('AT+CGMR'), /\w/);
    assert.match(await program.at('ATI'), /\w/);
    const imei = /\d{15}/.exec(await program.at('AT+CGSN'))?.[0] ?? '';
    assert.ok(isSimulatedImei(imei) && isLuhnValid(imei), imei);
    assert.match(await program.at('AT+CGSN=1'), new RegExp(`\\+CGSN: "${imei}"`));
    assert.match(await program.at('AT+CIMI'), /\r\n51010\d{10}\r\n/);
    assert.match(await program.at('AT+CRSM=176,12258,0,0,10'), /\+CRSM: 144,0,"[0-9F]{20}"/);
    assert.match(await program.at(askIccid), /89621\d{14}/);
    await rig.close();
  }
});

test('the same modem id keeps its identity, another has another, and both can be given', async () => {
  const identity = async (options: Parameters<typeof start>[0]): Promise<unknown> => {
    const rig = await start(options);
    const { imei, iccid } = (await rig.get('/state')) as Record<string, unknown>;
    await rig.close();
    return { imei, iccid };
  };
  assert.deepEqual(await identity({ modemId: 'a' }), await identity({ modemId: 'a' }));
  assert.notDeepEqual(await identity({ modemId: 'a' }), await identity({ modemId: 'b' }));
  assert.deepEqual(await identity({ imei: '1', iccid: '2' }), { imei: '1', iccid: '2' });
});

test('test forms and settings of the short-message commands', async () => {
  const rig = await start({ profile: 'quectel-ec25' });
  const program = await rig.quietProgram();
  assert.match(await program.at('AT+CSMS=?'), /\+CSMS: \(0,1\)/);
  assert.match(await program.at('AT+CSMS=1'), /\+CSMS: 1,1,1/);
  assert.match(await program.at('AT+CSMS?'), /\+CSMS: 1,1,1,1/);
  assert.match(await program.at('AT+CMGF=?'), /\+CMGF: \(0-1\)/);
  assert.match(
    await program.at('AT+CNMI=?'),
    /\+CNMI: \(0,1,2\),\(0,1,2,3\),\(0,2\),\(0,1,2\),\(0,1\)/,
  );
  assert.match(await program.at('AT+CNMI=2,1'), /OK/);
  assert.match(await program.at('AT+CNMI?'), /\+CNMI: 2,1,0,0,0/);
  assert.match(await program.at('AT+CNMI=2,1,0,7,0'), /\+CMS ERROR: 302/);
  assert.match(await program.at('AT+CSCS=?'), /"GSM"/);
  assert.match(await program.at('AT+CSCS="UCS2"'), /OK/);
  assert.match(await program.at('AT+CSCA?'), /"002B0036/);
  assert.match(await program.at('AT+CSCS="GSM"'), /OK/);
  assert.match(await program.at('AT+CSCA?'), /\+CSCA: "\+6281100000",145/);
  assert.match(await program.at('AT+CSCA="+628999",145'), /OK/);
  assert.match(await program.at('AT+CSCA?'), /\+CSCA: "\+628999",145/);
  assert.match(
    await program.at('AT+CPMS=?'),
    /\+CPMS: \("SM","ME","SR"\),\("SM","ME"\),\("SM","ME"\)/,
  );
  assert.match(await program.at('AT+CPMS="ME"'), /\+CPMS: 0,255,0,50,0,50/);
  assert.match(await program.at('AT+CPMS="SM","ME"'), /\+CPMS: 0,50,0,255,0,50/);
  assert.match(await program.at('AT+CPMS="SM","SM","ME"'), /\+CPMS: 0,50,0,50,0,255/);
  assert.match(await program.at('AT+CPMS?'), /\+CPMS: "SM",0,50,"SM",0,50,"ME",0,255/);
  assert.match(await program.at('AT+CPMS="XX"'), /\+CMS ERROR: 302/);
  assert.match(await program.at('AT+CMMS=2;+CMMS?'), /\+CMMS: 2/);
  assert.match(await program.at('AT+CSMP=49,167,0,8;+CSMP?'), /\+CSMP: 49,167,0,8/);
  assert.match(await program.at('AT+CNMA'), /\+CMS ERROR: 340/);
});

test('ATZ and AT&F forget the settings', async () => {
  const rig = await start();
  for (const reset of ['ATZ', 'AT&F']) {
    const program = await rig.quietProgram();
    await program.at('AT+CMEE=1;+CMGF=1;+CNMI=2,1;+CREG=1');
    await program.at(reset);
    const answer = await program.at('AT+CMEE?;+CMGF?;+CNMI?;+CREG?');
    assert.match(answer, /^AT\+CMEE/, 'echo is on again');
    assert.match(answer, /\+CMEE: 0[\s\S]*\+CMGF: 0[\s\S]*\+CNMI: 0,0,0,0,0[\s\S]*\+CREG: 0,1/);
  }
});

test('network: registration with and without place, operator, signal, scan', async () => {
  const rig = await start({ profile: 'sim7600' });
  const program = await rig.quietProgram();
  assert.match(await program.at('AT+CREG?'), /\+CREG: 0,1\r\n/);
  for (const name of ['CREG', 'CGREG', 'CEREG']) {
    assert.match(await program.at(`AT+${name}=2`), /OK/);
    assert.match(
      await program.at(`AT+${name}?`),
      new RegExp(`\\+${name}: 2,1,"1A2B","0C3D4E5F",7`),
    );
  }
  await rig.post('/registration', { stat: 5 });
  assert.match(await program.until('+CEREG: 5,"1A2B","0C3D4E5F",7\r\n'), /\+CREG: 5/);
  await rig.post('/registration', { stat: 3 });
  await program.until('+CEREG: 3\r\n');
  assert.match(await program.at('AT+COPS?'), /\+COPS: 0\r\n/);
  await rig.post('/registration', { stat: 1 });
  await program.until('+CEREG: 1,');
  await program.until('\r\n');
  assert.match(await program.at('AT+COPS?'), /\+COPS: 0,0,"TELKOMSEL",7/);
  assert.match(await program.at('AT+COPS=3,2;+COPS?'), /\+COPS: 0,2,"51010",7/);
  assert.match(await program.at('AT+COPS=?'), /\+COPS: \(2,"TELKOMSEL","TSEL","51010",7\)/);
  await rig.post('/signal', { csq: 4 });
  assert.match(await program.at('AT+CSQ'), /\+CSQ: 4,99/);
  assert.match(await program.at('AT+CESQ'), /\+CESQ: 99,99,255,255,20,16/);
  await rig.post('/signal', { csq: 99 });
  assert.match(await program.at('AT+CSQ'), /\+CSQ: 99,99/);
  assert.match(await program.at('AT+COPS=2;+CREG?'), /\+CREG: 2,0/);
  assert.match(await program.at('AT+COPS=0'), /OK/);
  await program.until('+CREG: 1');
});

test('CFUN: radio off and on, and a restart that forgets settings and prints the banner', async () => {
  const rig = await start({ profile: 'sim800' });
  const program = await rig.quietProgram();
  assert.match(await program.at('AT+CFUN?'), /\+CFUN: 1/);
  assert.match(await program.at('AT+CFUN=4'), /OK/);
  assert.match(await program.at('AT+CSQ;+CREG?'), /\+CSQ: 99,99[\s\S]*\+CREG: 0,0/);
  await program.at('AT+CREG=1');
  assert.match(await program.at('AT+CFUN=1'), /OK/);
  await program.until('+CREG: 1\r\n');
  await program.at('AT+CNMI=2,1;+CMEE=1');
  assert.match(await program.at('AT+CFUN=1,1'), /OK/);
  await program.until('RDY\r\n\r\n+CFUN: 1\r\n');
  assert.match(
    await program.at('AT+CMEE=1;+CPIN?'),
    /^AT.*\+CME ERROR: 14/s,
    'echo again, SIM busy',
  );
  await program.until('+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n');
  assert.match(await program.at('AT+CNMI?;+CPIN?'), /\+CNMI: 0,0,0,0,0[\s\S]*\+CPIN: READY/);
});

test('USSD answers with the balance: plain, in UCS2, and packed as Huawei wants it', async () => {
  const plain = await (await start()).quietProgram();
  assert.match(await plain.at('AT+CUSD=1,"*888#",15'), /OK/);
  assert.match(await plain.until(/\+CUSD: [^\n]*\n/), /\+CUSD: 0,"Pulsa Rp25\.000[^"]*",15/);
  await plain.at('AT+CSCS="UCS2"');
  await plain.at('AT+CUSD=1,"002A0038003800380023",15');
  assert.match(await plain.until(/\+CUSD: [^\n]*\n/), /\+CUSD: 0,"00500075[0-9A-F]*",72/);
  const huawei = await (await start({ profile: 'huawei-e173' })).quietProgram();
  await huawei.at('AT+CUSD=1,"2A1C0E3702",15');
  assert.match(await huawei.until(/\+CUSD: [^\n]*\n/), /\+CUSD: 0,"D0[0-9A-F]+",15/);
  assert.match(await huawei.at('AT+CUSD=2'), /OK/);
});

test('a person at the line sees the time, the battery and harmless call commands', async () => {
  const program = await (await start()).quietProgram();
  assert.match(await program.at('AT+CCLK?'), /\+CCLK: "\d\d\/\d\d\/\d\d,\d\d:\d\d:\d\d\+28"/);
  assert.match(await program.at('AT+CBC'), /\+CBC: 0,100/);
  assert.match(await program.at('ATD+62811;'), /NO CARRIER/);
  assert.match(await program.at('ATH'), /OK/);
  assert.match(await program.at('ATS3=13'), /OK/);
  assert.match(await program.at('AT+IFC=2,2;+IPR=115200'), /OK/);
});
