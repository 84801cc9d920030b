import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rig } from '../support/rig.ts';
import { Load } from './load.ts';

const ROUNDS = 5;
const CALLS = 'fdatasync,fsync,pwrite64,write,writev,sendmsg,sendto';
let library = '';
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pisang-synced-'));
  library = join(folder, 'synced-bytes.so');
  const compiled = spawnSync(
    process.env['CC'] ?? 'cc',
    ['-shared', '-fPIC', '-O1', '-o', library, resolve('test/crash/synced-bytes.c'), '-ldl'],
    { encoding: 'utf8' },
  );
  assert.equal(compiled.status, 0, compiled.stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the 202 leaves after the fdatasync of the write-ahead log returned', async () => {
  const rig = await Rig.create();
  try {
    const api = await rig.startApi();
    const trace = join(rig.dir, 'trace');
    const tracer = spawn(
      'strace',
      ['-f', '-y', '-s', '64', '-o', trace, '-p', String(api.pid), '-e', `trace=${CALLS}`],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await once(tracer.stderr, 'data');
    const answer = await rig.fetch('POST', '/v1/messages', { to: '+6289610707901', text: 'pesan' });
    assert.equal(answer.status, 202);
    await rig.kill(tracer, 'SIGTERM');
    const lines = readFileSync(trace, 'utf8').split('\n');
    const answered = lines.findIndex((line) => line.includes('HTTP/1.1 202'));
    assert.ok(answered > 0, 'the answer is in the trace');
    const lastWrite = lines
      .slice(0, answered)
      .findLastIndex((line) => /pwrite64\(.*-wal>/.test(line));
    assert.ok(lastWrite > 0, 'the log was written before the answer');
    const synced = lines
      .slice(lastWrite, answered)
      .findIndex((line) => /(fdatasync\(.*-wal>\)|fdatasync resumed>.*)\s+= 0/.test(line));
    assert.ok(
      synced > 0,
      `no sync between the log's last write and the answer:\n${lines.slice(lastWrite, answered + 1).join('\n')}`,
    );
  } finally {
    await rig.close();
  }
});

test('every acknowledged message is there after a restart from synced bytes only', async (t) => {
  const { acknowledged, lost } = await killAndRestore({});
  t.diagnostic(`${acknowledged} acknowledged over ${ROUNDS} power cuts`);
  assert.ok(acknowledged > 100);
  assert.deepEqual(lost, []);
});

test('control: with synchronous lowered the same procedure does lose messages', async (t) => {
  const { acknowledged, lost } = await killAndRestore({
    PISANG_TEST_HOOKS: '1',
    PISANG_TEST_SYNCHRONOUS: 'NORMAL',
  });
  t.diagnostic(`${lost.length} of ${acknowledged} acknowledged messages lost`);
  assert.ok(lost.length > 0, 'the proof would not notice a missing fsync');
});

/** Posts under load, cuts the power of the API in the middle, restarts it from what was synced. */
async function killAndRestore(
  env: Record<string, string>,
): Promise<{ acknowledged: number; lost: string[] }> {
  let acknowledged = 0;
  const lost: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const synced = join(folder, `round-${round}`);
    mkdirSync(synced, { recursive: true });
    const rig = await Rig.create({
      env: (dir) => ({
        LD_PRELOAD: library,
        SYNCED_FROM: join(dir, 'data'),
        SYNCED_TO: synced,
        ...env,
      }),
    });
    const load = new Load(rig);
    try {
      const api = await rig.startApi();
      load.start(8, 0);
      await sleep(500 + Math.random() * 500);
      const before = [...load.accepted.values()];
      await rig.kill(api);
      const restored = join(rig.dir, 'restored');
      cpSync(synced, restored, { recursive: true });
      const again = await rig.startApi({ LD_PRELOAD: '', PISANG_DATA_DIR: restored });
      for (const { id } of before) {
        acknowledged += 1;
        if ((await rig.fetch('GET', `/v1/messages/${id}`)).status !== 200) {
          lost.push(id);
        }
      }
      await load.stop();
      await rig.kill(again, 'SIGTERM');
    } finally {
      load.abandon();
      await rig.close();
      rmSync(synced, { recursive: true, force: true });
    }
  }
  return { acknowledged, lost };
}
