import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { send, submit } from './dialogue.ts';
import { start } from './rig.ts';

test('control listens on the port after the modem, or where it is told', async () => {
  const rig = await start();
  assert.equal(rig.controlPort, rig.port + 1);
  const other = await start({ controlPort: 0 });
  assert.ok(other.controlPort > 0);
});

test('a taken port and wrong options are refused', async () => {
  const rig = await start();
  await assert.rejects(start({ port: rig.port }), { code: 'EADDRINUSE' });
  await assert.rejects(start({ profile: 'nokia-3310' }), {
    code: 'bad-simulator-option',
    message: /Known: generic, huawei-e173/,
  });
  await assert.rejects(start({ sendMs: -1 }), { code: 'bad-simulator-option' });
  await assert.rejects(start({ sendMs: Number.NaN }), { code: 'bad-simulator-option' });
  await assert.rejects(start({ journalFile: '/nowhere/at/all' }), { code: 'ENOENT' });
});

test('when the neighbouring port is taken, a fixed port is refused whole', async () => {
  const rig = await start();
  const { port } = rig;
  await rig.close();
  const neighbour = createServer();
  await new Promise<void>((resolve) => neighbour.listen(port + 1, '127.0.0.1', resolve));
  try {
    await assert.rejects(start({ port }), { code: 'EADDRINUSE' });
  } finally {
    await new Promise((resolve) => neighbour.close(resolve));
  }
  await start({ port });
});

test('the journal is a JSON array, or lines on request, whether it is kept in a file or not', async () => {
  const rig = await start();
  assert.deepEqual(await rig.journal(), []);
  const program = await rig.quietProgram();
  for (const text of ['a', 'é "\n', 'c']) {
    await send(program, submit(text));
  }
  assert.deepEqual(
    (await rig.journal()).map((entry) => entry.text),
    ['a', 'é "\n', 'c'],
  );
  const lines = await (
    await fetch(`http://127.0.0.1:${rig.controlPort}/journal?format=ndjson`)
  ).text();
  assert.equal(lines.trimEnd().split('\n').length, 3);
});

test('each wrong call has a status and a sentence', async () => {
  const rig = await start();
  const base = `http://127.0.0.1:${rig.controlPort}`;
  for (const [method, path, body, status, sentence] of [
    ['GET', '/', null, 404, /Known: POST \/inbound, GET \/journal/],
    ['GET', '/inbound', null, 405, /takes POST/],
    ['DELETE', '/faults', null, 405, /takes GET, POST/],
    ['POST', '/inbound', '{', 400, /not JSON/],
    ['POST', '/inbound', '[]', 400, /JSON object with from, text/],
    ['POST', '/inbound', '{"from":"+1"}', 400, /"text" is a text/],
    ['POST', '/inbound', '{"from":"+1","text":"x","to":"y"}', 400, /no field "to"/],
    ['POST', '/inbound', '{"from":"A name too long","text":"x"}', 400, /11 characters/],
    ['POST', '/inbound', '{"from":"+1","text":"漢","encoding":"gsm7"}', 400, /GSM 7-bit/],
    ['POST', '/inbound', '{"from":"+1","text":"x","order":[2]}', 400, /has 1 parts/],
    ['POST', '/inbound', '{"from":"+1","text":"x","order":[]}', 400, /part numbers/],
    ['POST', '/inbound', '{"from":"+1","text":"x","flash":1}', 400, /"flash" is one of/],
    ['POST', '/inbound', '{"pdu":"xyz"}', 400, /PDU is hex/],
    ['POST', '/inbound', '{"pdu":"0900"}', 400, /PDU is hex/],
    ['POST', '/signal', '{"csq":40}', 400, /0 to 31/],
    ['POST', '/signal', '{}', 400, /"csq" is a whole number/],
    ['POST', '/registration', '{"stat":11}', 400, /0 to 10/],
    ['POST', '/power', '{"action":"explode"}', 400, /reboot, off, on/],
  ] as const) {
    const response = await fetch(base + path, { method, body });
    assert.equal(response.status, status, `${method} ${path} ${body}`);
    assert.match(((await response.json()) as { error: string }).error, sentence);
  }
  const big = await fetch(`${base}/inbound`, { method: 'POST', body: 'x'.repeat(300_000) }).catch(
    () => null,
  );
  assert.ok(big === null || big.status === 413);
  assert.equal(((await rig.get('/state')) as { connected: boolean }).connected, false);
});

test('power off silences the modem, power on restarts it', async () => {
  const rig = await start();
  const program = await rig.quietProgram();
  await rig.post('/power', { action: 'off' });
  program.write('AT\r');
  assert.equal(await program.quiet(60), '');
  assert.equal(((await rig.get('/state')) as { powered: boolean }).powered, false);
  await rig.post('/power', { action: 'on' });
  await program.until('SMS Ready\r\n');
  assert.match(await program.at('AT'), /OK/);
});
