import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLI, startProgram } from '../support/processes.ts';
import { exitOf } from '../support/rig.ts';

let folder: string;
let path: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pisang-boxd-'));
  path = join(folder, 'boxd.sock');
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Hands a listening socket over as systemd does: descriptor 3, and the process's own id. */
async function startBoxd(
  mode: number,
): Promise<{ readonly child: ChildProcess; readonly said: () => string }> {
  const server = createServer();
  const first = join(folder, 'first.sock');
  await new Promise<void>((resolve) => server.listen({ path: first }, resolve));
  // Closing our end removes the name that it was made under, not this one.
  rmSync(path, { force: true });
  linkSync(first, path);
  chmodSync(path, mode);
  const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const script = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$1" boxd';
  const child = spawn('/bin/sh', ['-c', script, process.execPath, CLI], {
    stdio: ['ignore', 'pipe', 'pipe', fd],
    env: { PATH: process.env['PATH'], PISANG_BOXD_SOCKET: path },
  });
  server.close();
  let said = '';
  child.stderr?.on('data', (chunk) => (said += String(chunk)));
  return { child, said: () => said };
}

async function box(...words: string[]): Promise<{ code: unknown; out: string; err: string }> {
  const program = startProgram([CLI, 'box', ...words], { PISANG_BOXD_SOCKET: path });
  const code = await program.ended;
  return { code, out: program.stdout(), err: program.stderr() };
}

test('a socket that others may open is not served', async () => {
  const { child, said } = await startBoxd(0o666);
  assert.equal(await exitOf(child), 1);
  assert.match(said(), /must have mode 0660/);
});

test('started by a knock, it answers the command line, and refuses what is not on the list', async () => {
  const { child, said } = await startBoxd(0o660);
  const unknown = await box('run-shell', 'line=id');
  assert.deepEqual([unknown.code, unknown.out], [1, ''], said());
  assert.match(unknown.err, /The verbs are reboot, power-off, set-time, /);
  const wrong = await box('set-time', 'epochSeconds=12');
  assert.match(wrong.err, /The field "epochSeconds" is wrong/);
  const usb = await box('reauthorize-usb', 'device=99-99');
  assert.match(usb.err, /No USB device is at 99-99/);
  child.kill('SIGKILL');
  await exitOf(child);
});

test('without systemd, and without boxd, there is one clear line', async () => {
  const alone = startProgram([CLI, 'boxd'], { PISANG_BOXD_SOCKET: path });
  assert.equal(await alone.ended, 1);
  assert.match(alone.stderr(), /systemd hands over no socket/);
  const program = startProgram([CLI, 'box', 'led', 'state=ok'], {
    PISANG_BOXD_SOCKET: join(folder, 'none.sock'),
  });
  assert.equal(await program.ended, 1);
  assert.match(
    program.stderr(),
    /none\.sock does not answer \(ENOENT\); this works on the appliance only/,
  );
});
