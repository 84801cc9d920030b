import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDeliver, joinParts } from '../../app/pdu/index.ts';
import { handOver, send, submit } from './dialogue.ts';
import { CTRL_Z, type Program, start } from './rig.ts';

async function listed(program: Program): Promise<string[]> {
  const lines = await program.at('AT+CMGL=4');
  return [...lines.matchAll(/\+CMGL: \d+,\d,,\d+\r\n([0-9A-F]+)/g)].map((match) => match[1] ?? '');
}

test('the storage route: +CMTI, CMGR marks it read, CMGL by state, CMGD frees the place', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await program.at('AT+CNMI=2,1,0,0,0');
  assert.deepEqual((await rig.post('/inbound', { from: '+6281999', text: 'Halo €' })).body, {
    parts: 1,
  });
  assert.equal(await program.until('\r\n+CMTI: "SM",1\r\n'), '\r\n+CMTI: "SM",1\r\n');
  const shown = await program.at('AT+CMGR=1');
  const [, length = '', hex = ''] = /\+CMGR: 0,,(\d+)\r\n([0-9A-F]+)/.exec(shown) ?? [];
  const message = decodeDeliver(hex);
  assert.deepEqual(
    [message.from, message.text, message.smsc],
    ['+6281999', 'Halo €', '+6281100000'],
  );
  assert.equal(message.serviceCentreOffsetMinutes, 420);
  assert.ok(Math.abs((message.serviceCentreAtMs ?? 0) - Date.now()) < 5_000);
  assert.equal(Number(length), hex.length / 2 - 1 - Number.parseInt(hex.slice(0, 2), 16));
  assert.match(await program.at('AT+CMGR=1'), /\+CMGR: 1,/);
  assert.equal(await program.at('AT+CMGL=0'), '\r\nOK\r\n');
  assert.match(await program.at('AT+CMGL=1'), /\+CMGL: 1,1,,/);
  assert.match(await program.at('AT+CPMS?'), /"SM",1,30/);
  assert.match(await program.at('AT+CMGD=?'), /\+CMGD: \(1\),\(0-4\)/);
  assert.match(await program.at('AT+CMGD=1'), /OK/);
  assert.match(await program.at('AT+CMGR=1'), /\+CMS ERROR: 321/);
  assert.match(await program.at('AT+CMGD=99'), /\+CMS ERROR: 321/);
  assert.match(await program.at('AT+CMGL=9'), /\+CMS ERROR: 304/);
});

test('a long text arrives in parts that join to it, in any alphabet and order', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  for (const [text, extra] of [
    ['Panjang '.repeat(60), {}],
    ['😀é漢'.repeat(70), { referenceBits: 16 }],
    ['abc'.repeat(100), { order: [3, 1, 2, 2].filter((n) => n <= 2) }],
  ] as const) {
    const { status } = await rig.post('/inbound', { from: 'PISANG', text, ...extra });
    assert.equal(status, 200);
    const messages = (await listed(program)).map((hex) => decodeDeliver(hex));
    assert.ok(messages.length > 1 && messages.every((m) => m.from === 'PISANG'));
    const unique = [...new Map(messages.map((m) => [m.concat?.number, m])).values()].sort(
      (a, b) => (a.concat?.number ?? 0) - (b.concat?.number ?? 0),
    );
    assert.equal(joinParts(unique).text, text);
    await program.at('AT+CMGD=1,4');
  }
});

test('the direct route: +CMT with the PDU; under CSMS=1 the next one waits for CNMA', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await program.at('AT+CSMS=1;+CNMI=2,2,0,1,0');
  await rig.post('/inbound', { from: '+62811', text: 'satu' });
  await rig.post('/inbound', { from: '+62811', text: 'dua' });
  const first = await program.until(/\+CMT: ,\d+\r\n([0-9A-F]+)\r\n/);
  assert.equal(decodeDeliver(/\n([0-9A-F]+)\r/.exec(first)?.[1] ?? '').text, 'satu');
  assert.equal(await program.quiet(50), '');
  assert.match(await program.at('AT+CNMA'), /OK/);
  await program.until(/\+CMT: ,\d+\r\n[0-9A-F]+\r\n/);
  assert.match(await program.at('AT+CNMA=1'), /OK/);
  assert.match(await program.at('AT+CNMA'), /\+CMS ERROR: 340/);
});

test('an unacknowledged message stays in the network when the modem restarts', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await program.at('AT+CSMS=1;+CNMI=2,2,0,0,0');
  await rig.post('/inbound', { from: '+62811', text: 'dua kali' });
  await program.until(/\+CMT: ,\d+\r\n[0-9A-F]+\r\n/);
  await rig.post('/power', { action: 'reboot' });
  await program.until('SMS Ready\r\n');
  await program.quiet(350);
  await program.at('ATE0');
  assert.equal((await listed(program)).length, 1, 'stored, since no direct route is set now');
});

test('flash comes directly, class 2 onto the SIM, whatever the route', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await program.at('AT+CNMI=2,1,0,0,0');
  await rig.post('/inbound', { from: '+62811', text: 'kilat', flash: true });
  const lines = await program.until(/\+CMT: ,\d+\r\n[0-9A-F]+\r\n/);
  assert.equal(decodeDeliver(/\n([0-9A-F]+)\r/.exec(lines)?.[1] ?? '').flash, true);
  await program.at('AT+CNMI=2,2,0,0,0');
  await rig.post('/inbound', { pdu: '00040491261800126211217000000003C8721E' });
  assert.match(await program.quiet(50), /^\r\n\+CM(TI: "SM",1|T: )/);
});

test('text mode shows sender, time and text', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await program.at('AT+CMGF=1;+CNMI=2,2,0,0,0');
  await rig.post('/inbound', { from: '+62811', text: 'langsung' });
  assert.match(await program.until('langsung\r\n'), /\+CMT: "\+62811",,"[\d/,:]+\+28"\r\nlangsung/);
  await program.at('AT+CNMI=2,1');
  await rig.post('/inbound', { from: 'INFO', text: 'disimpan' });
  await program.until('+CMTI: "SM",1\r\n');
  assert.match(await program.at('AT+CMGL=?'), /"REC UNREAD"/);
  assert.match(
    await program.at('AT+CMGL="ALL"'),
    /\+CMGL: 1,"REC UNREAD","INFO",,"[^"]+"\r\ndisimpan\r\n/,
  );
  assert.match(await program.at('AT+CMGR=1'), /\+CMGR: "REC READ","INFO",,"[^"]+"\r\ndisimpan/);
});

test('a full memory holds the rest back; each freed place lets one in', async () => {
  const rig = await start({ profile: 'huawei-e173' });
  const program = await rig.quietProgram();
  for (let i = 0; i < 23; i += 1) {
    await rig.post('/inbound', { from: '+62811', text: `pesan ${i}` });
  }
  assert.match(await program.at('AT+CPMS?'), /"SM",20,20/);
  assert.deepEqual(((await rig.get('/state')) as { held: unknown }).held, {
    reports: 0,
    messages: 3,
  });
  await program.at('AT+CMGD=0');
  assert.equal((await listed(program)).length, 20);
  await program.at('AT+CMGD=0,4');
  await program.quiet(30);
  assert.equal((await listed(program)).length, 2);
});

test('drafts lie beside received messages and say so', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  const { pdu, tpduLength } = submit('konsep');
  program.write(`AT+CMGW=${tpduLength}\r`);
  await program.until('> ');
  program.write(pdu + CTRL_Z);
  assert.match(await program.until('OK\r\n'), /\+CMGW: 1/);
  assert.match(await program.at('AT+CMGL=4'), /\+CMGL: 1,2,,/);
  assert.match(await program.at('AT+CMGF=1;+CMGL="STO UNSENT"'), /"STO UNSENT","\+6281234567"/);
  assert.deepEqual(await rig.journal(), []);
});

test('lines that come while a prompt is open wait for its end; during a send they come at once', async () => {
  const rig = await start({ sendMs: 800 });
  const program = await rig.quietProgram();
  await program.at('AT+CNMI=2,1,0,0,0;+CREG=1');
  program.write('AT+CMGS=20\r');
  await program.until('> ');
  await rig.post('/inbound', { from: '+62811', text: 'x' });
  await rig.post('/registration', { stat: 5 });
  assert.equal(await program.quiet(40), '');
  program.write('\x1b');
  assert.match(await program.until('+CMTI: "SM",1\r\n'), /^\r\nOK\r\n\r\n\+CREG: 5\r\n/);
  await handOver(program, submit('y'));
  await rig.post('/inbound', { from: '+62811', text: 'z' });
  assert.match(await program.until('OK\r\n'), /\+CMTI: "SM",2\r\n[\s\S]*\+CMGS: 0/);
});

test('a new connection ends the old one and finds all state', async () => {
  const rig = await start();
  const first = await rig.quietProgram();
  await first.at('AT+CMGF=1');
  const second = await rig.program();
  await first.untilClosed();
  assert.match(await second.at('AT+CMGF?'), /^\r\n\+CMGF: 1/);
  const { pdu, tpduLength } = submit('x');
  assert.match(await send(second, { pdu, tpduLength }), /\+CMGS: 0/);
  const [entry] = await rig.journal();
  assert.deepEqual(
    [entry?.to, entry?.text],
    [String(tpduLength), pdu],
    'text mode takes all at its word',
  );
});
