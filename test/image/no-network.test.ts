import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLI, startProgram, until } from '../support/processes.ts';

test('without any network API and worker start, accept by local calls, and keep running', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-alone-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const environment = {
    PATH: process.env['PATH'],
    PISANG_DATA_DIR: join(folder, 'data'),
    PISANG_RUN_DIR: join(folder, 'run'),
    PISANG_HTTP_LISTEN: '0.0.0.0:8080',
  };
  // A network name space of its own, in which even loopback is down; local sockets reach into it.
  const services = ['api', 'modem'].map((name) => {
    const child = spawn('unshare', ['--net', process.execPath, CLI, name], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    return { child, said: () => said };
  });
  await until('it serves', () => services[0]?.said().includes('serving HTTP') === true, 20_000);
  const send = startProgram([CLI, 'send', '--to', '089610707901', '--text', 'halo'], environment);
  assert.equal(await send.ended, 0, send.stderr());
  const ask = startProgram([CLI, 'status', '--json'], environment);
  await ask.ended;
  const { site, can } = JSON.parse(ask.stdout()) as {
    site: { addresses: string[] };
    can: { accept: string };
  };
  assert.deepEqual(site.addresses, []);
  // `limited` while the modem is still being looked for.
  assert.notEqual(can.accept, 'no');
  assert.deepEqual(
    services.map(({ child }) => child.exitCode),
    [null, null],
  );
});
