import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLI, isAlive, startProgram, until } from '../support/processes.ts';

test('two HTTP processes share one port, and stop with their parent', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-two-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const socket = join(folder, 'http.sock');
  const program = startProgram([CLI, 'api'], {
    PISANG_DATA_DIR: join(folder, 'data'),
    PISANG_RUN_DIR: join(folder, 'run'),
    PISANG_HTTP_LISTEN: `unix:${socket}`,
    PISANG_HTTP_PROCESSES: '2',
  });
  const lines = (): { pid: number; msg: string }[] =>
    program
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line || '{}'));
  const serving = (): number[] =>
    lines()
      .filter(({ msg }) => msg === 'serving HTTP')
      .map(({ pid }) => pid);
  await until('both serve', () => serving().length === 2, 20_000);
  const send = startProgram([CLI, 'send', '--to', '089610707901', '--text', 'x'], {
    PISANG_DATA_DIR: join(folder, 'data'),
    PISANG_RUN_DIR: join(folder, 'run'),
  });
  assert.equal(await send.ended, 0, send.stderr());
  process.kill(program.pid, 'SIGTERM');
  assert.equal(await program.ended, 0);
  assert.deepEqual(serving().filter(isAlive), []);
});

test('a port that is taken, and "sim:" without run, are one line each', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-one-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const environment = {
    PISANG_DATA_DIR: folder,
    PISANG_RUN_DIR: folder,
    PISANG_HTTP_LISTEN: '127.0.0.1:1',
    PISANG_MODEMS_0_PORT: 'sim:',
  };
  const modem = startProgram([CLI, 'modem'], environment);
  assert.equal(await modem.ended, 64);
  assert.equal(
    modem.stderr(),
    'pisang: modems: the port "sim:" of modem1 works only with "pisang run"; here use tcp://HOST:PORT of a simulate-modem\n',
  );
  const first = startProgram([CLI, 'api'], { ...environment, PISANG_HTTP_LISTEN: '127.0.0.1:0' });
  await until('it serves', () => first.stdout().includes('serving HTTP'), 20_000);
  const taken = /http:\/\/(127\.0\.0\.1:\d+)/.exec(first.stdout())?.[1] ?? '';
  const beside = startProgram([CLI, 'api'], {
    ...environment,
    PISANG_RUN_DIR: join(folder, 'beside'),
    PISANG_HTTP_LISTEN: '127.0.0.1:0',
  });
  assert.equal(await beside.ended, 1);
  assert.equal(beside.stderr(), `pisang: another API already uses ${folder}; stop it first\n`);
  const second = startProgram([CLI, 'api'], {
    ...environment,
    PISANG_DATA_DIR: join(folder, 'other'),
    PISANG_RUN_DIR: join(folder, 'other'),
    PISANG_HTTP_LISTEN: taken,
  });
  assert.equal(await second.ended, 1);
  assert.match(second.stderr(), new RegExp(`^pisang: .*${taken}.*\\n$`));
  const run = startProgram([CLI, 'run'], {
    ...environment,
    PISANG_DATA_DIR: join(folder, 'run'),
    PISANG_RUN_DIR: join(folder, 'run'),
    PISANG_HTTP_LISTEN: taken,
  });
  assert.equal(await run.ended, 1);
  assert.match(run.stderr(), new RegExp(`^pisang: .*${taken}.*\\n$`), 'told once');
  process.kill(first.pid, 'SIGTERM');
  assert.equal(await first.ended, 0);
});

test('a database or a run folder that is deleted while in use is noticed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-gone-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data');
  const run = join(folder, 'run');
  const environment = {
    PISANG_DATA_DIR: data,
    PISANG_RUN_DIR: run,
    PISANG_HTTP_LISTEN: '127.0.0.1:0',
    PISANG_MODEMS_0_PORT: 'tcp://127.0.0.1:1',
  };
  const api = startProgram([CLI, 'api'], environment);
  const modem = startProgram([CLI, 'modem'], environment);
  await until('it serves', () => api.stdout().includes('serving HTTP'), 20_000);
  await until('the worker serves', () => existsSync(join(run, 'worker.sock')), 20_000);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(api.stdout())?.[0] ?? '';
  assert.equal((await fetch(`${url}/health/ready`)).status, 200);
  rmSync(data, { recursive: true });
  await until('it is not ready', async () => (await fetch(`${url}/health/ready`)).status === 503);
  const send = startProgram([CLI, 'send', '--to', '089610707901', '--text', 'x'], environment);
  assert.equal(await send.ended, 1);
  assert.match(send.stderr(), /Nothing was stored/);
  assert.match(api.stdout(), /deleted or replaced while in use/);
  rmSync(run, { recursive: true });
  assert.deepEqual(await Promise.all([api.ended, modem.ended]), [1, 1]);
  for (const program of [api, modem]) {
    assert.match(program.stdout(), /runDir: .* was deleted while it was in use/);
  }
});
