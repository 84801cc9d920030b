import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
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
