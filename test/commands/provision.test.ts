import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLI, startProgram } from '../support/processes.ts';

let folder: string;
let card: string;
let data: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pisang-provision-'));
  card = join(folder, 'card');
  data = join(folder, 'data');
  mkdirSync(card);
  mkdirSync(data);
});

after(() => rmSync(folder, { recursive: true }));

async function pisang(...argv: string[]): Promise<{ code: unknown; out: string; err: string }> {
  const program = startProgram([CLI, ...argv], {
    PISANG_DATA_DIR: join(data, 'app'),
    PISANG_RUN_DIR: join(folder, 'run'),
    PISANG_HTTP_TLS_CERT_FILE: join(folder, 'cert.pem'),
    PISANG_HTTP_TLS_KEY_FILE: join(folder, 'key.pem'),
  });
  const code = await program.ended;
  return { code, out: program.stdout(), err: program.stderr() };
}

const provision = (): ReturnType<typeof pisang> => pisang('provision', card, '--data-root', data);

test('settings, PIN and key reach the real disk, the configuration and the database', async () => {
  writeFileSync(
    join(card, 'pisang.json'),
    '\ufeff{\r\n "siteName": "Kantor",\r\n "simPin": "4711",\r\n "apiKeys": "make"\r\n}\r\n',
  );
  const { code, out, err } = await provision();
  assert.deepEqual([code, out], [0, 'pisang.json: taken\npassword.txt: none\n'], err);
  const result = readFileSync(join(card, 'RESULT.txt'), 'utf8');
  assert.match(result, /API key "card": psg_[0-9A-Za-z]{40} /);
  assert.match(result, /Claim code: /);
  assert.doesNotMatch(readFileSync(join(card, 'pisang.json'), 'utf8'), /4711/);
  assert.deepEqual(readdirSync(join(data, 'box')), ['provisioned']);
  assert.equal(statSync(join(data, 'app', 'pins.json')).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'run', 'claim.json')).mode & 0o777, 0o600);
  assert.match((await pisang('key', 'list')).out, / card {2}messages:send,messages:read /);
  const shown = (await pisang('config', 'show')).out;
  assert.match(shown, /"name": "Kantor"/);
  assert.doesNotMatch(shown, /4711/);
});

test('a second start takes nothing twice', async () => {
  assert.deepEqual(await provision(), {
    code: 0,
    out: 'pisang.json: unchanged\npassword.txt: none\n',
    err: '',
  });
  assert.match(readFileSync(join(card, 'RESULT.txt'), 'utf8'), /API key "card": psg_/);
  assert.equal((await pisang('key', 'list')).out.trim().split('\n').length, 1);
});

test('a key of your own can be put on the card again, and then has what the card says now', async () => {
  const own = (name: string, scope: string, more: object = {}): void =>
    writeFileSync(
      join(card, 'pisang.json'),
      JSON.stringify({
        apiKeys: [{ name, key: `psg_${'x'.repeat(40)}`, scopes: [scope] }],
        ...more,
      }),
    );
  own('till', 'messages:send');
  assert.equal((await provision()).code, 0);
  own('kiosk', 'admin');
  const again = await provision();
  assert.deepEqual([again.code, again.out], [0, 'pisang.json: taken\npassword.txt: none\n']);
  const keys = (await pisang('key', 'list')).out;
  assert.doesNotMatch(keys, /till/);
  const id = /(key_\w+) {2}kiosk {2}admin /.exec(keys)?.[1] ?? assert.fail(keys);
  assert.equal((await pisang('key', 'revoke', id)).code, 0);
  own('kiosk', 'admin', { siteName: 'Toko' });
  assert.equal((await provision()).code, 0);
  assert.match((await pisang('key', 'list')).out, / kiosk {2}admin /);
});

test('a key that is said to be taken must be in the database', async () => {
  const saying = (name: string): void =>
    writeFileSync(join(card, 'pisang.json'), `{"apiKeys":[{"name":"${name}","key":"(taken)"}]}`);
  saying('till');
  assert.equal((await provision()).code, 1);
  assert.match(readFileSync(join(card, 'RESULT.txt'), 'utf8'), /this box has no key "till"/);
  saying('kiosk');
  assert.equal((await provision()).code, 0);
});

test('the certificate is told as it is once the settings are in force', async () => {
  const [first, second] = ['test/fixtures/tls/first-cert.pem', 'test/fixtures/tls/second-cert.pem'];
  copyFileSync(first, join(folder, 'cert.pem'));
  const apply = join(folder, 'apply');
  const script = `#!/bin/sh\necho "applying $*"\ncp ${second} '${join(folder, 'cert.pem')}'\nexit 3\n`;
  writeFileSync(apply, script, { mode: 0o755 });
  const { code, err } = await pisang('provision', card, '--data-root', data, '--apply', apply);
  assert.equal(code, 0);
  assert.equal(err, 'applying now\npisang: not all settings could be put in force\n');
  const { fingerprint256 } = new X509Certificate(readFileSync(second));
  for (const told of [join(card, 'RESULT.txt'), join(folder, 'run', 'console.txt')]) {
    assert.match(readFileSync(told, 'utf8'), new RegExp(`SHA-256: ${fingerprint256}`));
  }
});

test('a refused file ends with 1, a factory reset with 10 and an empty partition', async () => {
  writeFileSync(join(card, 'pisang.json'), '{"hostname":"x"}');
  assert.equal((await provision()).code, 1);
  assert.match(readFileSync(join(card, 'RESULT.txt'), 'utf8'), /Did you mean "hostName"/);
  writeFileSync(join(card, 'factory-reset.txt'), 'erase everything\r\n');
  assert.equal((await provision()).code, 10);
  assert.deepEqual(readdirSync(data), []);
  assert.match(readFileSync(join(card, 'factory-reset.txt'), 'utf8'), /^\(done\) +$/);
});

test('a data partition that does not hold the data is never erased', async () => {
  writeFileSync(join(card, 'factory-reset.txt'), 'erase everything');
  mkdirSync(join(folder, 'other'));
  writeFileSync(join(folder, 'other', 'letter'), 'dear');
  const { code, err } = await pisang('provision', card, '--data-root', join(folder, 'other'));
  assert.equal(code, 64);
  assert.match(err, /does not lie in --data-root/);
  assert.deepEqual(readdirSync(join(folder, 'other')), ['letter']);
});
