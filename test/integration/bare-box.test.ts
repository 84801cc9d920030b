import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CLI, type Program, startProgram, until } from '../support/processes.ts';

interface Status {
  readonly conditions: readonly { readonly code: string; readonly severity: string }[];
  readonly can: { readonly accept: string; readonly send: string };
}

/** API and worker as the appliance starts them, without a supervisor. */
function newBox(t: TestContext, more: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-bare-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'http.sock');
  const environment = {
    PISANG_DATA_DIR: join(folder, 'data'),
    PISANG_RUN_DIR: join(folder, 'run'),
    PISANG_HTTP_LISTEN: `unix:${socketPath}`,
    ...more,
  };
  const start = (...argv: readonly string[]): Program => {
    const program = startProgram([CLI, ...argv], environment);
    t.after(() => program.child.kill('SIGKILL'));
    return program;
  };
  const service = async (name: 'api' | 'modem', extra: Record<string, string> = {}) => {
    const program = startProgram([CLI, name], { ...environment, ...extra });
    t.after(() => program.child.kill('SIGKILL'));
    if (name === 'api') {
      await until('it serves', () => program.stdout().includes('serving HTTP'), 20_000);
    }
    return program;
  };
  const send = async (): Promise<Program> => {
    const program = start('send', '--to', '089610707901', '--text', 'halo');
    await program.ended;
    return program;
  };
  const status = async (): Promise<Status> => {
    const program = start('status', '--json');
    await program.ended;
    return JSON.parse(program.stdout()) as Status;
  };
  const shows = (code: string): Promise<void> =>
    until(
      `it shows ${code}`,
      async () => (await status()).conditions.some((shown) => shown.code === code),
      45_000,
    );
  const page = (path: string, locally = false): Promise<{ status: number; text: string }> =>
    new Promise((resolvePage, reject) => {
      const door = locally ? join(folder, 'run/api.sock') : socketPath;
      get({ socketPath: door, path, headers: { host: 'localhost' } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (more: string) => {
          text += more;
        });
        answer.on('end', () => resolvePage({ status: answer.statusCode ?? 0, text }));
      }).on('error', reject);
    });
  return { folder, start, service, send, status, shows, page };
}

test('no modem: the box takes messages, and says what is missing', async (t) => {
  const box = newBox(t, { PISANG_MODEMS_0_PORT: 'serial:/dev/serial/by-id/none' });
  await box.service('api');
  const worker = await box.service('modem');
  await box.shows('modem-not-found');
  assert.equal((await box.send()).stderr(), '');
  const { can } = await box.status();
  assert.deepEqual([can.accept, can.send], ['yes', 'no']);
  assert.match((await box.page('/status?lang=en')).text, /<h1>No modem found/);
  assert.equal((await box.page('/health/ready')).status, 200);
  assert.equal(worker.child.exitCode, null);
});

test('no SIM: the same, named as such', async (t) => {
  const box = newBox(t);
  writeFileSync(join(box.folder, 'faults.json'), '{"simMissing":true}');
  const simulator = box.start(
    'simulate-modem',
    '--listen',
    'tcp://127.0.0.1:0',
    '--faults',
    join(box.folder, 'faults.json'),
  );
  await until('it listens', () => simulator.stdout().includes('"port":'));
  const port = /"port":(\d+)/.exec(simulator.stdout())?.[1] ?? '';
  await box.service('api');
  await box.service('modem', { PISANG_MODEMS_0_PORT: `tcp://127.0.0.1:${port}` });
  await box.shows('sim-missing');
  assert.equal((await box.send()).stderr(), '');
  assert.deepEqual((await box.status()).can.accept, 'yes');
});

test('a clock that was never set: the box works, and says that scheduled messages wait', async (t) => {
  const box = newBox(t, { PISANG_TEST_HOOKS: '1', PISANG_TEST_CLOCK_TRUSTED: '0' });
  await box.service('api');
  await box.shows('clock-untrusted');
  assert.equal((await box.send()).stderr(), '');
  assert.equal((await box.page('/health/ready')).status, 200);
});

/** The library that makes the data folder full while `folder/full` exists. */
function fullDisk(folder: string): Record<string, string> {
  const library = join(folder, 'full-disk.so');
  const source = resolve('test/support/full-disk.c');
  const compiled = spawnSync(
    process.env['CC'] ?? 'cc',
    ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'],
    { encoding: 'utf8' },
  );
  assert.equal(compiled.status, 0, compiled.stderr);
  return {
    LD_PRELOAD: library,
    FULL_DISK: join(folder, 'data'),
    FULL_DISK_WHILE: join(folder, 'full'),
  };
}

test('a full data partition: the box starts, refuses with 507, says why, and goes on when there is room', async (t) => {
  // Ten times as fast, for the half minute after which a full disk is tried again.
  const box = newBox(t, { PISANG_TEST_HOOKS: '1', PISANG_TEST_CLOCK: `10@${Date.now()}` });
  const preload = fullDisk(box.folder);
  assert.equal(await box.start('migrate').ended, 0);
  writeFileSync(join(box.folder, 'full'), '');
  const api = await box.service('api', preload);
  await box.shows('storage-full');
  assert.match(api.stdout(), /"code":"storage-full".*the database cannot be used/);
  const refused = await box.send();
  assert.equal(refused.child.exitCode, 1);
  assert.match(refused.stderr(), /Nothing was stored\. Free space/);
  assert.equal((await box.page('/s.py?rcpt=089610707901&msg=x', true)).status, 507);
  assert.match((await box.page('/status?lang=en')).text, /<h1>The disk is full/);
  assert.equal((await box.page('/health/ready')).status, 503);
  rmSync(join(box.folder, 'full'));
  // A service that could not open its database leaves for a new process, which systemd starts.
  if (/cannot be used/.test(api.stdout())) {
    assert.equal(await api.ended, 1);
    await box.service('api', preload);
  }
  assert.equal((await box.send()).stderr(), '');
});
