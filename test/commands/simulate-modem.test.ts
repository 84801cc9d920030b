import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type PlanInput, runPlan } from '../../app/commands/run-plan.ts';
import { CLI, startProgram, until } from '../support/processes.ts';

test('simulate-modem speaks AT on its port, keeps its journal where told, and stops', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-sim-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const journal = join(folder, 'journal.jsonl');
  const program = startProgram([
    CLI,
    'simulate-modem',
    '--listen',
    'tcp://127.0.0.1:0',
    '--journal',
    journal,
    '--send-ms',
    '5',
  ]);
  await until('it listens', () => program.stdout().includes('listens'));
  const { port } = JSON.parse(program.stdout().split('\n')[0] ?? '') as { port: number };
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  socket.write('AT\r');
  await until('an answer', () => heard.includes('OK'));
  socket.write('AT+CMGF=1\rAT+CMGS="+62811223344"\r');
  await until('a prompt', () => heard.includes('> '));
  socket.write('pesan\x1a');
  await until('a reference', () => heard.includes('+CMGS: '));
  assert.ok(existsSync(journal));
  assert.equal(JSON.parse(readFileSync(journal, 'utf8')).text, 'pesan');
  process.kill(program.pid, 'SIGTERM');
  assert.equal(await program.ended, 0);
  socket.destroy();
});

test('a wrong --listen is one line', async () => {
  const program = startProgram([CLI, 'simulate-modem', '--listen', '7000']);
  assert.equal(await program.ended, 64);
  assert.equal(
    program.stderr(),
    'pisang: --listen must be like tcp://127.0.0.1:7000, not "7000"\n',
  );
});

test('what the system refuses is one line that names the option', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  for (const [argv, line] of [
    [
      ['--listen', `tcp://127.0.0.1:${port}`],
      `pisang: --listen: 127.0.0.1:${port} is taken by another program; stop it or choose another port\n`,
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--journal', '/none/journal.jsonl'],
      'pisang: --journal: /none/journal.jsonl cannot be written (ENOENT)\n',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--faults', '/none/faults.json'],
      'pisang: --faults: there is no folder for /none/faults.json\n',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:65535'],
      'pisang: --listen: the control port is the one after it, so 65534 is the highest\n',
    ],
    [
      ['--listen', 'tcp://127.0.0.1:0', '--profile', 'nope'],
      'Known: generic, huawei-e173, zte-mf190, sim800, sim7600, quectel-ec25.\n',
    ],
  ] as const) {
    const program = startProgram([CLI, 'simulate-modem', ...argv]);
    assert.equal(await program.ended, 64);
    assert.ok(program.stderr().endsWith(line), program.stderr());
    assert.doesNotMatch(program.stderr(), /\n {4}at /);
  }
});

test('run says in one line that the folder of a simulated modem cannot be made', () => {
  const modem = { id: 'm', port: 'sim:' };
  const config = { dataDir: '/dev/null', modems: [modem], simulator: {} };
  const input = { config, configFile: null, environment: {}, output: null };
  const [[simulator] = []] = runPlan(input as unknown as PlanInput);
  assert.throws(() => simulator?.start(new Map()), {
    code: 'data-dir-unusable',
    message: /^dataDir: \/dev\/null\/simulator cannot be made/,
  });
});

test('a log on a full disk costs lines, not the process', async (t) => {
  const full = openSync('/dev/full', 'w');
  t.after(() => closeSync(full));
  const child = spawn(process.execPath, [CLI, 'simulate-modem', '--listen', 'tcp://127.0.0.1:0'], {
    stdio: ['ignore', full, 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const [notice] = (await Promise.race([once(child, 'message'), ended])) as [
    { facts?: { port: number } },
  ];
  const port = notice.facts?.port;
  assert.ok(port !== undefined, 'it must start');
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write('AT\r');
  const [heard] = (await once(socket, 'data')) as [string];
  assert.match(heard, /AT/);
  socket.destroy();
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});
