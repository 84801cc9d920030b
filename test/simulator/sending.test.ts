import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeStatusReport, segmentText } from '../../app/pdu/index.ts';
import { send, submit } from './dialogue.ts';
import { CTRL_Z, ESC, start } from './rig.ts';

test('a send: prompt without a line end, +CMGS, OK; the journal has the part', async () => {
  const rig = await start({ modemId: 'modem7' });
  const program = await rig.quietProgram();
  const pdu = submit('halo');
  program.write(`AT+CMGS=${pdu.tpduLength}\r`);
  assert.equal(await program.until('> '), '\r\n> ');
  program.write(pdu.pdu + CTRL_Z);
  assert.equal(await program.until('OK\r\n'), '\r\n+CMGS: 0\r\n\r\nOK\r\n');
  const [entry, ...others] = await rig.journal();
  assert.equal(others.length, 0);
  assert.match(entry?.at ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(entry, {
    at: entry?.at,
    modem: 'modem7',
    to: '+6281234567',
    text: 'halo',
    part: 1,
    parts: 1,
    concatRef: null,
    reference: 0,
    encoding: 'gsm7',
    pdu: pdu.pdu,
  });
});

test('with echo on, the PDU is echoed and Ctrl-Z is not', async () => {
  const rig = await start();
  const program = await rig.program();
  const pdu = submit('halo');
  program.write(`AT+CMGS=${pdu.tpduLength}\r`);
  assert.equal(await program.until('> '), `AT+CMGS=${pdu.tpduLength}\r\r\n> `);
  program.write(pdu.pdu);
  assert.equal(await program.until(pdu.pdu), pdu.pdu);
  program.write(CTRL_Z);
  assert.equal(await program.until('OK\r\n'), '\r\n+CMGS: 0\r\n\r\nOK\r\n');
});

test('parts of a long text carry their place and reference; TP-MR counts up', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  const { parts } = segmentText('é😀'.repeat(60), { encoding: 'ucs2' });
  for (const [i, text] of parts.entries()) {
    const concat = { reference: 77, bits: 8 as const, total: parts.length, number: i + 1 };
    assert.match(await send(program, submit(text, { encoding: 'ucs2', concat })), /\+CMGS: /);
  }
  const journal = await rig.journal();
  assert.equal(journal.map((entry) => entry.text).join(''), 'é😀'.repeat(60));
  assert.deepEqual(
    journal.map((e) => [e.part, e.parts, e.concatRef, e.reference, e.encoding]),
    parts.map((_text, i) => [i + 1, parts.length, 77, i, 'ucs2']),
  );
});

test('ESC leaves the prompt and sends nothing, also behind half a PDU', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  const pdu = submit('halo');
  for (const typed of ['', pdu.pdu.slice(0, 10)]) {
    program.write(`AT+CMGS=${pdu.tpduLength}\r`);
    await program.until('> ');
    program.write(`${typed}${ESC}`);
    assert.equal(await program.until('OK\r\n'), '\r\nOK\r\n');
  }
  assert.match(await program.at('AT'), /OK/);
  assert.deepEqual(await rig.journal(), []);
});

test('an open prompt outlives the connection; ESC CR of the next program leaves it', async () => {
  const rig = await start();
  const first = await rig.quietProgram();
  const pdu = submit('halo');
  first.write(`AT+CMGS=${pdu.tpduLength}\r`);
  await first.until('> ');
  first.write(pdu.pdu);
  await first.quiet(20);
  first.socket.destroy();
  const second = await rig.program();
  second.write(`${ESC}\r`);
  await second.until('OK\r\n');
  assert.match(await second.at('AT'), /OK/);
  assert.deepEqual(await rig.journal(), []);
});

test('a message cut at every octet arrives the same, and Ctrl-Z may come alone', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  const pdu = submit('abc');
  const octets = `AT+CMGS=${pdu.tpduLength}\r`;
  const message = pdu.pdu + CTRL_Z;
  for (let cut = 1; cut < message.length; cut += 7) {
    program.write(octets);
    await program.until('> ');
    program.write(message.slice(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 2));
    program.write(message.slice(cut));
    assert.match(await program.until('OK\r\n'), /\+CMGS: \d+/);
  }
  for (const octet of octets) {
    program.write(octet);
  }
  await program.until('> ');
  for (const octet of message) {
    program.write(octet);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await program.until('OK\r\n');
  assert.ok((await rig.journal()).every((entry) => entry.text === 'abc'));
});

test('what is no SMS-SUBMIT of the announced length is refused with 304', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  const good = submit('halo');
  for (const [pdu, tpduLength] of [
    [good.pdu, good.tpduLength + 1],
    [good.pdu.slice(0, -2), good.tpduLength],
    [good.pdu.slice(0, -1), good.tpduLength],
    ['zz', 1],
    ['', 5],
    ['0004', 1],
    ['00'.repeat(1_000), 999],
  ] as const) {
    assert.equal(await send(program, { pdu, tpduLength }), '\r\n+CMS ERROR: 304\r\n', pdu);
  }
  assert.match(await program.at('AT+CMGS=x'), /\+CMS ERROR: 304/);
  assert.deepEqual(await rig.journal(), []);
  assert.match(await send(program, good), /\+CMGS: 0/);
});

test('without network 331, without service centre 330; a PDU that names one goes', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await rig.post('/registration', { stat: 3 });
  assert.match(await send(program, submit('a')), /\+CMS ERROR: 331/);
  await rig.post('/registration', { stat: 5 });
  await program.at('AT+CSCA=""');
  assert.match(await send(program, submit('b')), /\+CMS ERROR: 330/);
  assert.match(await send(program, submit('c', { smsc: '+62811' })), /\+CMGS: 0/);
});

test('text mode: a message of two lines, and a report asked for with CSMP', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await program.at('AT+CMGF=1;+CSMP=49,167,0,0;+CNMI=2,1,0,1,0');
  program.write('AT+CMGS="+62811",145\r');
  await program.until('> ');
  program.write(`satu\rdua${CTRL_Z}`);
  assert.match(await program.until('OK\r\n'), /\+CMGS: 0/);
  assert.equal((await rig.journal())[0]?.text, 'satu\ndua');
  assert.match(
    await program.until(/\+CDS: [^\n]*\n/),
    /\+CDS: 6,0,"\+62811",145,"[^"]*","[^"]*",0/,
  );
  assert.match(await program.at('AT+CMGS=""'), /ERROR/);
  await program.at('AT+CSCS="UCS2"');
  program.write('AT+CMGS="002B00360032"\r');
  await program.until('> ');
  program.write(`00480061${CTRL_Z}`);
  await program.until('OK\r\n');
  const last = (await rig.journal()).at(-1);
  assert.deepEqual([last?.to, last?.text], ['+62', 'Ha']);
});

test('TP-MR wraps from 255 to 0', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  const pdu = submit('x');
  for (let i = 0; i < 258; i += 1) {
    await send(program, pdu);
  }
  const references = (await rig.journal()).map((entry) => entry.reference);
  assert.deepEqual(references.slice(-4), [254, 255, 0, 1]);
});

test('the journal line is in the file before the first octet of the answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-journal-'));
  try {
    const journalFile = join(folder, 'journal.ndjson');
    const rig = await start({ journalFile });
    const program = await rig.quietProgram();
    const pdu = submit('bukti');
    let linesAtAnswer = -1;
    program.socket.prependListener('data', (bytes: Buffer) => {
      if (linesAtAnswer < 0 && bytes.includes('+CMGS')) {
        linesAtAnswer = readFileSync(journalFile, 'utf8').split('\n').length - 1;
      }
    });
    await send(program, pdu);
    assert.equal(linesAtAnswer, 1);
    const lines = readFileSync(journalFile, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).text),
      ['bukti'],
    );
    assert.deepEqual(
      await rig.journal(),
      lines.map((line) => JSON.parse(line)),
    );
    await rig.close();
    const again = await start({ journalFile });
    await send(await again.quietProgram(), submit('lagi'));
    assert.deepEqual(
      (await again.journal()).map((entry) => entry.text),
      ['bukti', 'lagi'],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the time from Ctrl-Z to +CMGS is kept, and input waits meanwhile', async () => {
  const rig = await start({ sendMs: 80 });
  const program = await rig.quietProgram();
  const pdu = submit('x');
  program.write(`AT+CMGS=${pdu.tpduLength}\r`);
  await program.until('> ');
  const startMs = performance.now();
  program.write(`${pdu.pdu}${CTRL_Z}AT+CSQ\r`);
  assert.match(await program.until('+CSQ: 20,99'), /\+CMGS: 0\r\n\r\nOK\r\n\r\n\+CSQ/);
  const tookMs = performance.now() - startMs;
  assert.ok(tookMs >= 79.5 && tookMs < 1_000, `${tookMs} ms`);
});

test('a part that is under way when the program goes is sent all the same', async () => {
  const rig = await start({ sendMs: 800 });
  const first = await rig.quietProgram();
  const pdu = submit('x');
  first.write(`AT+CMGS=${pdu.tpduLength}\r`);
  await first.until('> ');
  first.write(pdu.pdu + CTRL_Z);
  await first.quiet(30);
  first.socket.destroy();
  const second = await rig.program();
  second.write(`${ESC}\rAT\r`);
  assert.match(
    await second.until('OK\r\n\r\nOK\r\n'),
    /\+CMGS: 0\r\n\r\nOK\r\n/,
    'as a port that stayed powered',
  );
  assert.equal((await rig.journal()).length, 1);
});

test('delivery reports follow the route of CNMI, and wait while there is none', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await send(program, submit('satu', { statusReport: true }));
  await send(program, submit('dua'));
  assert.equal(await program.quiet(80), '', 'no route yet');
  await program.at('AT+CNMI=2,1,0,1,0');
  const direct = await program.until(/\+CDS: \d+\r\n[0-9A-F]+\r\n/);
  const [, length = '', hex = ''] = /\+CDS: (\d+)\r\n([0-9A-F]+)/.exec(direct) ?? [];
  const report = decodeStatusReport(hex);
  assert.deepEqual([report.reference, report.recipient, report.tpSt], [0, '+6281234567', 0]);
  assert.equal(Number(length), hex.length / 2 - 1 - Number.parseInt(hex.slice(0, 2), 16));
  assert.equal(await program.quiet(60), '', 'the second asked for none');
  await program.at('AT+CNMI=2,1,0,2,0');
  await send(program, submit('tiga', { statusReport: true }));
  await program.until('+CDSI: "SM",1\r\n');
  assert.match(await program.at('AT+CMGR=1'), /\+CMGR: 0,,\d+\r\n[0-9A-F]+/);
});

test('a report that comes while nobody is connected is kept for the next program', async () => {
  const rig = await start();
  const first = await rig.quietProgram();
  await first.at('AT+CNMI=2,1,0,1,0');
  await send(first, submit('x', { statusReport: true }));
  first.socket.destroy();
  const second = await rig.program();
  assert.equal(await second.quiet(80), '', 'it has not said anything yet');
  await second.at('AT');
  await second.until('+CDS: ');
});

test('Quectel keeps reports in a memory of their own and names the wrong place', async () => {
  const rig = await start({ profile: 'quectel-ec25' });
  const program = await rig.quietProgram();
  await program.at('AT+CNMI=2,1,0,2,0');
  await send(program, submit('x', { statusReport: true }));
  await program.until('+CDSI: "SM",0\r\n');
  assert.match(await program.at('AT+CMGR=0'), /\+CMS ERROR: 321/);
  await program.at('AT+CPMS="SR"');
  assert.match(await program.at('AT+CMGR=0'), /\+CMGR: 0,,/);
});
