import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SEND_FAULTS, STANDING_FAULTS } from '../../app/simulator/fault-names.ts';
import { armed } from './armed.ts';
import { send, submit } from './dialogue.ts';
import { ESC, start } from './rig.ts';

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
