import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isAddressRange, makeApiKey } from '../../app/commands/api-key.ts';
import { runCommandLine } from '../../app/commands/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'pisang-key-'));
after(() => rmSync(folder, { recursive: true }));

async function pisang(...argv: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(argv, {
    environment: { PISANG_DATA_DIR: join(folder, 'data'), PISANG_RUN_DIR: folder },
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out, err };
}

test('a key is made before the first start, listed and revoked; only its hash is kept', async () => {
  const made = await pisang(
    'key',
    'add',
    '--name',
    'shop',
    '--scope',
    'messages:send,messages:read',
  );
  assert.deepEqual([made.code, made.err], [0, []]);
  const key = made.out.at(-1) ?? '';
  assert.match(key, /^psg_[0-9A-Za-z]{40}$/);
  await pisang('key', 'add', '--name', 'box', '--scope', 'admin', '--allow', '10.0.0.0/8,::1');
  const listed = await pisang('key', 'list');
  assert.equal(listed.out.length, 2);
  assert.match(
    listed.out[0] ?? '',
    /^key_[0-9A-Za-z]{12} {2}shop {2}messages:send,messages:read {2}from anywhere {2}\d{4}-.*Z$/,
  );
  assert.match(listed.out[1] ?? '', /^key_\w{12} {2}box {2}admin {2}from 10\.0\.0\.0\/8,::1 /);
  assert.ok(!listed.out.join().includes(key));
  const id = listed.out[0]?.split(' ')[0] ?? '';
  const { out } = await pisang('key', 'list', '--json');
  const records = JSON.parse(out.join('\n')) as readonly Record<string, unknown>[];
  assert.deepEqual(
    records.map(({ name, scopes, allow }) => [name, scopes, allow]),
    [
      ['shop', ['messages:send', 'messages:read'], []],
      ['box', ['admin'], ['10.0.0.0/8', '::1']],
    ],
  );
  assert.deepEqual(Object.keys(records[0] ?? {}), ['id', 'name', 'scopes', 'allow', 'createdAtMs']);
  assert.deepEqual(await pisang('key', 'revoke', id), {
    code: 0,
    out: [`${id} is revoked`],
    err: [],
  });
  assert.equal(
    (await pisang('key', 'list')).out.filter((line) => !line.endsWith('revoked')).length,
    1,
  );
  assert.deepEqual(await pisang('key', 'revoke', 'key_000000000000'), {
    code: 1,
    out: [],
    err: ['pisang: there is no key key_000000000000; pisang key list shows the ids'],
  });
});

const MISUSE: readonly [string[], string][] = [
  [['add', '--scope', 'admin'], '--name is missing'],
  [['add', '--name', 'x'], '--scope is missing'],
  [
    ['add', '--name', '(local)', '--scope', 'admin'],
    '--name must be 1 to 64 letters, digits, spaces, ".", "_" or "-"',
  ],
  [
    ['add', '--name', 'x', '--scope', 'message:send'],
    '--scope: there is no scope "message:send"; the nearest is messages:send',
  ],
  [
    ['add', '--name', 'x', '--scope', 'admin', '--allow', '10.0.0.0/33'],
    '--allow must be an address or a range such as 192.168.1.0/24, not "10.0.0.0/33"',
  ],
  [['revoke'], 'which key? pisang key list shows the ids: pisang key revoke ID'],
  [['list', 'x'], '"x" is one word too many'],
  [['delete', 'x'], '"x" is one word too many'],
  [['delete'], 'after "key" comes add, list, revoke or load'],
];
for (const [argv, sentence] of MISUSE) {
  test(`pisang key ${argv.join(' ')}: one line and exit code 64`, async () => {
    assert.deepEqual(await pisang('key', ...argv), {
      code: 64,
      out: [],
      err: [`pisang: ${sentence}`],
    });
  });
}

test('the text of a key has no bias and matches the hash of its record', () => {
  let next = 240;
  const random = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => {
      next = (next + 1) % 256;
      return next;
    });
  const { key, record } = makeApiKey({ name: 'n', scopes: ['admin'], allow: [] }, 5, random);
  // 241…247 are 55…61 of 62 letters; 248…255 are thrown away; then it begins again at 0.
  assert.ok(key.startsWith('psg_tuvwxyz0123'), key);
  assert.equal(record.hash, createHash('sha256').update(key).digest('hex'));
  assert.equal(record.createdAtMs, 5);
});

test('ranges', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', 'fe80::/10']) {
    assert.ok(isAddressRange(good), good);
  }
  for (const bad of ['', 'x', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/33', '::/129']) {
    assert.ok(!isAddressRange(bad), bad);
  }
});

test('migrate makes the database, and says so once', async () => {
  rmSync(join(folder, 'data'), { recursive: true, force: true });
  const made = await pisang('migrate');
  assert.equal(made.code, 0);
  assert.match(made.out[0] ?? '', /pisang\.db made, with schema \d+$/);
  assert.ok(existsSync(join(folder, 'data', 'pisang.db')));
  assert.match((await pisang('migrate')).out[0] ?? '', /already has schema \d+$/);
});

test('a folder that cannot be made is named with its setting', async () => {
  const err: string[] = [];
  const code = await runCommandLine(['migrate'], {
    environment: { PISANG_DATA_DIR: '/dev/null/data' },
    print: () => undefined,
    complain: (line) => err.push(line),
  });
  assert.equal(code, 1);
  assert.match(err[0] ?? '', /^pisang: dataDir: \/dev\/null\/data cannot be made \(ENOTDIR\)/);
});
