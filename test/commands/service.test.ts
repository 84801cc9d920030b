import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServiceNotices } from '../../app/commands/service-notices.ts';
import { lockDataDir } from '../../app/commands/single-instance.ts';
import type { Logger } from '../../app/domain/logger.ts';
import { startProgram, until } from '../support/processes.ts';

const SERVICE = fileURLToPath(new URL('./main-service.js', import.meta.url));
const quiet = (): void => undefined;
const silent: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} stops the service within its grace and exits 0`, async () => {
    const program = startProgram([SERVICE]);
    await until('it runs', () => program.stdout().includes('started'));
    process.kill(program.pid, signal);
    assert.equal(await program.ended, 0);
    assert.equal(program.stdout(), 'started\nstop 60000\n');
  });
}

test('a second signal ends the process at once with 130 or 143', async () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const program = startProgram([SERVICE, 'stuck']);
    await until('it runs', () => program.stdout().includes('started'));
    process.kill(program.pid, 'SIGTERM');
    await until('it stops', () => program.stdout().includes('stop '));
    process.kill(program.pid, signal);
    assert.equal(await program.ended, code);
  }
});

test('SIGHUP reloads; a service that ends by itself is a failure', async () => {
  const program = startProgram([SERVICE]);
  await until('it runs', () => program.stdout().includes('started'));
  process.kill(program.pid, 'SIGHUP');
  await until('it reloads', () => program.stdout().includes('reloaded'));
  process.kill(program.pid, 'SIGTERM');
  assert.equal(await program.ended, 0);
  assert.equal(await startProgram([SERVICE, 'ends']).ended, 1);
});

test('two modem workers never share a data folder; the lock dies with its holder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-lock-'));
  try {
    const lock = await lockDataDir(folder, 'modem');
    await assert.rejects(lockDataDir(folder, 'modem'), {
      code: 'already-running',
      message: `another modem worker already uses ${folder}; stop it first`,
    });
    lock.release();
    (await lockDataDir(folder, 'modem')).release();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('systemd hears READY, WATCHDOG and STOPPING in order', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-notify-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'said');
  const said = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  // Stands in for the program of systemd, which need not be installed where tests run.
  const script = `#!/bin/sh\necho "$NOTIFY_SOCKET $1" >>${log}\n`;
  writeFileSync(join(folder, 'systemd-notify'), script, { mode: 0o755 });
  const notices = createServiceNotices(
    {
      NOTIFY_SOCKET: '/run/notify',
      WATCHDOG_USEC: '1000',
      PATH: `${folder}:${process.env['PATH']}`,
    },
    silent,
  );
  notices.ready();
  await until('a watchdog message', () => said().includes('WATCHDOG'));
  notices.close();
  notices.stopping();
  await until('the farewell', () => said().includes('STOPPING'));
  assert.deepEqual(said().trim().split('\n'), [
    '/run/notify READY=1',
    '/run/notify WATCHDOG=1',
    '/run/notify STOPPING=1',
  ]);
});
