import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { BUNDLE_LIMIT_BYTES, writeBundle } from '../../app/commands/bundle.ts';
import { checkModem, checkNode, checkPort } from '../../app/commands/checks.ts';
import { runCommandLine } from '../../app/commands/command-line.ts';
import { unreachable } from '../../app/commands/local-api.ts';
import { maskText } from '../../app/commands/mask-text.ts';
import { lockDataDir } from '../../app/commands/single-instance.ts';
import type { ModemConfig } from '../../app/domain/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'pisang-doctor-'));
after(() => rmSync(folder, { recursive: true }));

async function pisang(...argv: string[]): Promise<{ code: number; out: string[] }> {
  const out: string[] = [];
  const code = await runCommandLine(argv, {
    environment: {
      PISANG_DATA_DIR: join(folder, 'data'),
      PISANG_RUN_DIR: join(folder, 'run'),
      PISANG_MODEMS_0_PIN: '4711',
    },
    print: (line) => out.push(line),
    complain: (line) => out.push(line),
  });
  return { code, out };
}

function findingsOf(out: readonly string[], subject: string): readonly string[] {
  return out
    .filter((line) => line.slice(6).startsWith(`${subject}: `))
    .map((line) => line.slice(0, 4));
}

test('a sound box that is not running: checks pass, the API is only warned about', async () => {
  await pisang('migrate');
  const { code, out } = await pisang('doctor');
  assert.equal(code, 0, out.join('\n'));
  for (const subject of ['Node', 'configuration', 'database', 'socket folder', 'PIN file']) {
    assert.deepEqual(findingsOf(out, subject), ['ok  '], subject);
  }
  assert.deepEqual(findingsOf(out, 'API'), ['WARN']);
});

test('a damaged database and a PIN file for everyone are failures with a remedy', async () => {
  writeFileSync(join(folder, 'data', 'pins.json'), '{"modem1":"4711"}', { mode: 0o644 });
  const open = await pisang('doctor');
  assert.equal(open.code, 1);
  assert.match(open.out.join('\n'), /^FAIL {2}PIN file: others can read .*; run: chmod 600 /m);
  rmSync(join(folder, 'data', 'pins.json'));
  writeFileSync(join(folder, 'data', 'pisang.db'), 'not a database, '.repeat(1000));
  const { code, out } = await pisang('doctor', '--database');
  assert.equal(code, 1);
  assert.deepEqual(findingsOf(out, 'database'), ['FAIL']);
  rmSync(join(folder, 'data'), { recursive: true });
});

test('the bundle is a tar.gz that holds no secret and no number', async () => {
  mkdirSync(join(folder, 'data', 'log'), { recursive: true });
  writeFileSync(
    join(folder, 'data', 'log', 'api.log'),
    '{"to":"+6289610707901","text":"my \\"secret\\" words","key":"psg_abcDEF0123"}\n',
  );
  const target = join(folder, 'bundle.tar.gz');
  const { code, out } = await pisang('doctor', '--bundle', target);
  assert.equal(code, 0, out.join('\n'));
  const listed = spawnSync('tar', ['-tzf', target], { encoding: 'utf8' });
  assert.equal(listed.status, 0, listed.stderr);
  for (const name of ['doctor.txt', 'versions.json', 'config.json', 'status.json', 'log/api.log']) {
    assert.ok(listed.stdout.includes(`pisang/${name}\n`), name);
  }
  const all = spawnSync('tar', ['-xzOf', target], { encoding: 'utf8' }).stdout;
  assert.match(all, /"to":"•••901","text":"\(hidden\)","key":"psg_\(secret\)"/);
  for (const secret of ['4711', '6289610707901', 'words', 'abcDEF']) {
    assert.ok(!all.includes(secret), secret);
  }
  assert.equal((await pisang('doctor', '--bundle', target)).code, 1, 'an existing file stays');
});

test('a bundle stays under its limit and names what it left out', async () => {
  const target = join(folder, 'large.tar.gz');
  // Text that hardly compresses.
  let state = 1;
  const noise = (): string =>
    Array.from({ length: 180_000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state.toString(36);
    }).join(' ');
  const files = Array.from({ length: 12 }, (_, index) => ({
    name: `f${index}.txt`,
    content: noise,
  }));
  await writeBundle(files, createWriteStream(target), 0);
  assert.ok(statSync(target).size <= BUNDLE_LIMIT_BYTES, String(statSync(target).size));
  const listed = spawnSync('tar', ['-tzf', target], { encoding: 'utf8' });
  assert.equal(listed.status, 0, listed.stderr);
  const rest = spawnSync('tar', ['-xzOf', target, 'pisang/left-out.txt'], { encoding: 'utf8' });
  assert.match(rest.stdout, /f11\.txt/);
});

test('a file that cannot be read does not end the bundle', async () => {
  const out = new PassThrough();
  out.resume();
  await writeBundle([{ name: 'gone', content: () => Promise.reject(new Error('gone')) }], out, 0);
});

test('masking keeps times, versions and addresses', () => {
  const kept =
    '2026-11-21T07:03:12.123Z 1764000000000 v20.19.0 192.168.100.200 id 0192f0c1-7b3c-7abc-8def-0123456789ab';
  assert.equal(maskText(kept), kept);
  assert.equal(
    maskText('to 089610707901, whsec_xyz, Bearer abc.def'),
    'to •••901, whsec_(secret), Bearer (secret)',
  );
});

test('masking leaves what a log line says, and hides a text', () => {
  const line = '{"level":"info","process":"api","msg":"serving HTTP"}';
  assert.equal(maskText(line), line);
  assert.equal(maskText('{"text":"Rapat \\"jam 9\\""}'), '{"text":"(hidden)"}');
});

test('Node and ports', async () => {
  assert.equal(checkNode('20.19.0').level, 'ok');
  assert.equal(checkNode('20.18.9').level, 'fail');
  assert.equal(checkNode('24.0.0').level, 'ok');
  const port = async (value: string): Promise<string> =>
    (await checkPort({ id: 'm', port: value } as unknown as ModemConfig, false)).sentence;
  assert.equal(
    await port('serial:/dev/none?baud=9600'),
    '/dev/none is not there; plug the modem in',
  );
  assert.equal(
    await port('tcp://127.0.0.1:1'),
    'tcp://127.0.0.1:1 does not answer; is it switched on?',
  );
  assert.equal(await port('sim:'), 'simulated');
});

test('a modem whose SIM is locked is not called ready', () => {
  const look = (state: string, sim: string) => checkModem({ id: 'm', state, sim: { state: sim } });
  assert.equal(look('ready', 'ready').level, 'ok');
  assert.equal(look('absent', 'unknown').level, 'fail');
  const locked = look('ready', 'pin');
  assert.equal(locked.level, 'fail');
  assert.match(locked.sentence, /^answers, but its SIM cannot be used \(pin\)/);
});

test('the port of a running worker is left alone: a second connection would take the modem away', async (t) => {
  let connections = 0;
  const modem = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => modem.listen(0, '127.0.0.1', resolve));
  t.after(() => modem.close());
  const { port } = modem.address() as AddressInfo;
  const file = join(folder, 'busy.json');
  writeFileSync(file, JSON.stringify({ modems: [{ id: 'm', port: `tcp://127.0.0.1:${port}` }] }));
  const lock = await lockDataDir(join(folder, 'data'), 'modem');
  const busy = await pisang('--config', file, 'doctor');
  assert.match(busy.out.join('\n'), /^ok {4}port of m: .* left to the running modem worker$/m);
  assert.equal(connections, 0);
  lock.release();
  const idle = await pisang('--config', file, 'doctor');
  assert.deepEqual(findingsOf(idle.out, 'port of m'), ['ok  ']);
  assert.equal(connections, 1);
});

test('a socket that this user may not use is told as that', () => {
  const address = { label: '/run/pisang/api.sock', socketPath: '/run/pisang/api.sock' };
  const refused = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
  assert.match(
    unreachable({ ...address, url: null, key: null }, refused).message,
    /^this user may not use \/run\/pisang\/api\.sock; run this as the user of pisang/,
  );
});

test('a bundle is never written over a file, and a wrong name is one line', async () => {
  const taken = join(folder, 'taken.tar.gz');
  writeFileSync(taken, 'mine');
  for (const [target, reason] of [
    [taken, 'is there already; choose another name'],
    [join(folder, 'none', 'b.tar.gz'), 'lies in a folder that does not exist'],
  ] as const) {
    const { code, out } = await pisang('doctor', '--bundle', target);
    assert.equal(code, 1);
    assert.deepEqual(out, [`pisang: --bundle: ${target} ${reason}`]);
  }
  assert.equal(statSync(taken).size, 4);
});
