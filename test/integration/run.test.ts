import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { CLI, isAlive, type Program, startProgram, until } from '../support/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'pisang-run-'));
const dataDir = join(folder, 'demo');
const configFile = join(dataDir, 'demo.json');
const journalFile = join(dataDir, 'simulator', 'modem1.jsonl');
const ENVIRONMENT = { PISANG_SIMULATOR_SEND_MS: '50' };
let port = 0;
let program: Program;

async function startDemo(): Promise<Program> {
  const argv = [CLI, 'run', '--demo', '--port', String(port), '--data-dir', dataDir];
  const started = startProgram(argv, ENVIRONMENT);
  await until(
    'the demo is ready',
    () => started.stdout().includes('Ctrl-C stops it.') || started.child.exitCode !== null,
    20_000,
  );
  assert.equal(started.child.exitCode, null, started.stderr());
  assert.equal(statSync(dataDir).mode & 0o777, 0o750, 'texts and numbers are not for everybody');
  return started;
}

/** Pids of the children, from the kernel. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

function childNamed(pid: number, word: string): number {
  const found = childrenOf(pid).find((child) =>
    readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0').includes(word),
  );
  assert.ok(found !== undefined, `no child ${word}`);
  return found;
}

function pisang(...argv: string[]): Promise<{ code: number | string; out: string; err: string }> {
  const run = startProgram([CLI, '--config', configFile, ...argv]);
  return run.ended.then((code) => ({ code, out: run.stdout(), err: run.stderr() }));
}

/** The line of the demo's output that holds a word, run by a shell as a person would paste it. */
function paste(word: string): string {
  const line = program
    .stdout()
    .split('\n')
    .find((one) => one.includes(word));
  const { stdout, stderr } = spawnSync('sh', ['-c', line ?? 'false'], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout;
}

function journal(): { to: string; text: string }[] {
  return readFileSync(journalFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

before(async () => {
  port = await freePort();
  program = await startDemo();
});

after(async () => {
  if (program.child.exitCode === null && program.child.signalCode === null) {
    process.kill(program.pid, 'SIGTERM');
    await program.ended;
  }
  rmSync(folder, { recursive: true });
});

test('the printed curl line sends, and the message is delivered', async () => {
  const { id, status } = JSON.parse(paste('-d \'{"to"'));
  assert.equal(status, 'queued');
  await until('it is delivered', () => {
    const { items } = JSON.parse(paste('limit=1'));
    return items[0].id === id && items[0].status === 'delivered';
  });
  assert.equal(journal().at(-1)?.text, 'Hello from pisang');
});

test('the key is there before the API starts, so no page says that it is missing', async () => {
  const listed = (await pisang('key', 'list')).out
    .split('\n')
    .find((line) => line.includes(' demo '));
  const madeAt = Date.parse(/\d{4}-\d\d-\d\dT\S+Z/.exec(listed ?? '')?.[0] ?? '');
  const log = readFileSync(join(dataDir, 'log', 'api.log'), 'utf8');
  const serving = log.split('\n').find((line) => line.includes('serving HTTP')) ?? '{}';
  assert.ok(madeAt < Date.parse(JSON.parse(serving).time), `${listed} ${serving}`);
});

test('the printed line of the former call reaches the network without a key', async () => {
  const before = journal().length;
  assert.match(paste('/s.py'), /^queued [0-9a-f-]{36}\n$/);
  await until('it is in the journal', () => journal().length > before);
  assert.deepEqual([journal().at(-1)?.to, journal().at(-1)?.text], ['+6289610707901', 'pesan']);
});

test('send --wait and status use the local socket, without a key', async () => {
  const sent = await pisang('send', '--to', '089610707901', '--text', 'halo', '--wait');
  assert.deepEqual([sent.code, sent.err], [0, '']);
  assert.match(sent.out, /^[0-9a-f-]{36}\ndelivered\n$/);
  const status = await pisang('status');
  assert.equal(status.code, 0, status.out);
  assert.match(status.out, /^OK - .* \| queue=0/);
  const { modems, capacity } = JSON.parse((await pisang('status', '--json')).out);
  assert.equal(modems[0].simulated, true);
  assert.ok(capacity.connectionsLimit > 0 && capacity.connectionsOpen >= 0);
});

test('a key that is added while it runs works within two seconds, until it is revoked', async () => {
  const added = await pisang('key', 'add', '--name', 'late', '--scope', 'messages:read');
  const key = added.out.trim().split('\n').at(-1) ?? '';
  const ask = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`http://127.0.0.1:${port}/v1/messages?limit=1`, { headers })).status;
  };
  await until('the key works', async () => (await ask()) === 200, 2_000);
  const id = (await pisang('key', 'list')).out
    .split('\n')
    .find((line) => line.includes('  late  '));
  assert.equal((await pisang('key', 'revoke', id?.split(' ')[0] ?? '')).code, 0);
  await until('the key is refused', async () => (await ask()) === 401, 2_000);
});

test('doctor finds nothing wrong, and a second worker or port is refused in one line', async () => {
  const doctor = await pisang('doctor');
  assert.equal(doctor.code, 0, doctor.out);
  const worker = startProgram([CLI, '--config', configFile, 'modem'], {
    PISANG_MODEMS_0_PORT: 'auto',
  });
  assert.equal(await worker.ended, 1);
  assert.match(worker.stderr(), /^pisang: another modem worker already uses .*\n$/);
  const other = startProgram([
    CLI,
    'run',
    '--demo',
    '--port',
    String(port),
    '--data-dir',
    join(folder, 'b'),
  ]);
  assert.equal(await other.ended, 1);
  assert.match(other.stderr(), new RegExp(`^pisang: .*${port}.*\\n$`));
});

test('a killed API and a killed worker come back, and nothing is lost', async () => {
  for (const name of ['api', 'modem']) {
    const pid = childNamed(program.pid, name);
    process.kill(pid, 'SIGKILL');
    await until(`${name} is back`, () => {
      try {
        return childNamed(program.pid, name) !== pid;
      } catch {
        return false;
      }
    });
  }
  await until('it works', async () => (await pisang('status')).out.startsWith('OK'), 20_000);
  const sent = await pisang('send', '--to', '089610707901', '--text', 'again', '--wait');
  assert.equal(sent.code, 0, sent.err);
  assert.match(program.stderr(), /child ended, starts again \(child api, signal SIGKILL/);
});

test('Ctrl-C ends all of it; the second start is quick and prints the same key', async () => {
  const key = /psg_\w+/.exec(program.stdout())?.[0];
  const children = childrenOf(program.pid);
  assert.equal(children.length, 3);
  process.kill(program.pid, 'SIGINT');
  assert.equal(await program.ended, 0);
  assert.deepEqual(children.filter(isAlive), []);
  assert.deepEqual(readdirSync(join(dataDir, 'run')), []);
  assert.ok(!existsSync(join(dataDir, 'pisang.db-wal')), 'the log of the database is folded in');
  const startedMs = performance.now();
  program = await startDemo();
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs < 8_000, `${tookMs} ms`);
  assert.equal(/psg_\w+/.exec(program.stdout())?.[0], key);
});

test('a killed supervisor leaves no process behind', async () => {
  const children = childrenOf(program.pid);
  process.kill(program.pid, 'SIGKILL');
  await until('the children are gone', () => !children.some(isAlive), 5_000);
  await program.ended;
});
