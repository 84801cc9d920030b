import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLI, startProgram, until } from '../support/processes.ts';

test('damaged settings in dataDir: every program goes on with the usual ones, and says so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-settings-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data');
  mkdirSync(data);
  const socket = join(folder, 'http.sock');
  const environment = {
    PISANG_DATA_DIR: data,
    PISANG_RUN_DIR: join(folder, 'run'),
    PISANG_HTTP_LISTEN: `unix:${socket}`,
  };
  writeFileSync(join(data, 'config.json'), '{"site":{"na\0\0\0\0');
  const judge = startProgram([CLI, 'config', 'check'], environment);
  assert.equal(await judge.ended, 64);
  assert.match(judge.stderr(), /data\/config\.json: is not JSON/);
  const migrate = startProgram([CLI, 'migrate'], environment);
  assert.equal(await migrate.ended, 0);
  assert.match(migrate.stderr(), /config\.json: is not JSON.*; going on without that file/);
  const services = ['api', 'modem'].map((name) => startProgram([CLI, name], environment));
  t.after(() => services.map(({ child }) => child.kill('SIGKILL')));
  for (const service of services) {
    await until('the log says it', () =>
      /damaged or wrong and was left out/.test(service.stdout()),
    );
  }
  await until('the API serves', () => services[0]?.stdout().includes('serving HTTP') === true);
  const ask = startProgram([CLI, 'status', '--json'], environment);
  await ask.ended;
  const status = JSON.parse(ask.stdout()) as {
    conditions: { code: string; severity: string }[];
    can: { accept: string };
  };
  const shown = status.conditions.find(({ code }) => code === 'settings-damaged');
  assert.equal(shown?.severity, 'degraded');
  assert.notEqual(status.can.accept, 'no');
  const doctor = startProgram([CLI, 'doctor'], environment);
  assert.equal(await doctor.ended, 1);
  assert.match(doctor.stdout(), /^FAIL +configuration: .*config\.json: is not JSON/m);
});
