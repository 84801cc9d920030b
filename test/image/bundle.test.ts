import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answerLine } from '../../app/boxd/answer-line.ts';
import { readBundleInfo } from '../../app/boxd/bundle.ts';
import type { Ended, ProgramName } from '../../app/boxd/programs.ts';
import { QUIET, RecordedMachine, RUNNING } from '../boxd/support.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Real bundles, made and read by the RAUC that the image holds, and judged by boxd's own code. */
const folder = mkdtempSync(join(tmpdir(), 'pisang-bundle-'));
const at = (name: string): string => join(folder, name);
let rauc: string;

before(() => {
  rauc = join(run('image/steps/rauc').trim(), 'bin/rauc');
  run('image/signing-key', at('ours'), 'house');
  run('image/signing-key', at('theirs'), 'stranger');
  // Nothing that could be compressed away: a bundle must be larger than one block.
  writeFileSync(at('slot'), randomBytes(1_048_576));
  pack('good', 'ours');
});
after(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function pack(name: string, signer: string, more: readonly string[] = []): string {
  const keys = ['ca', 'cert', 'key'].map((part) => {
    const file = part === 'ca' ? 'ca.cert.pem' : `sign.${part}.pem`;
    return `${part}=${join(at(signer), file)}`;
  });
  const fields = ['version=1.5.0', 'schema=7', 'signing=release', 'commit=c0ffee', ...keys];
  run('image/steps/pack', at('slot'), at(name), ...fields, ...more);
  return at(name);
}

/** A copy of the good bundle with something done to it. */
function spoilt(name: string, spoil: (file: string, bytes: Buffer) => void): string {
  copyFileSync(at('good'), at(name));
  spoil(at(name), readFileSync(at(name)));
  return at(name);
}

function put(file: string, offset: number, text: string): void {
  const opened = openSync(file, 'r+');
  writeSync(opened, text, offset, 'latin1');
  closeSync(opened);
}

/** A box with this bundle uploaded. RAUC looks at it for real, with our authority; nothing is installed. */
class BoxWith extends RecordedMachine {
  readonly #bundle: string;

  constructor(bundle: string) {
    super();
    this.#bundle = bundle;
    this.files.set('/var/lib/pisang/update/bundle.raucb', '');
  }

  override async run(program: ProgramName, args: readonly string[]): Promise<Ended> {
    if (args[0] !== 'info') return super.run(program, args);
    const keyring = `--keyring=${join(at('ours'), 'ca.cert.pem')}`;
    const given = [...args.slice(0, -1), keyring, this.#bundle];
    const { status, stdout, stderr } = spawnSync(rauc, given, { encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  }
}

async function offer(
  bundle: string,
  version: string = '1.5.0',
  allowDowngrade: boolean = false,
  schema: number = 7,
): Promise<{ readonly said: string; readonly installed: boolean }> {
  const machine = new BoxWith(bundle);
  const running = { ...RUNNING, version, schema };
  const request = JSON.stringify({ verb: 'install-update', allowDowngrade });
  const reply = await answerLine(request, { machine, running, clock: new FakeClock() }, QUIET);
  const installed = machine.done.some((line) => line.startsWith('rauc install'));
  assert.equal(installed, reply.ok);
  return { said: reply.detail, installed };
}

test('a bundle says product, version, architecture, schema and signer, and is taken', async () => {
  const said = run(
    rauc,
    'info',
    '--output-format=json-2',
    `--keyring=${join(at('ours'), 'ca.cert.pem')}`,
    at('good'),
  );
  assert.deepEqual(readBundleInfo(said), {
    product: 'pisang',
    version: '1.5.0',
    architecture: 'armhf',
    schema: 7,
    signing: 'release',
  });
  assert.match(said, /"format" : "verity"/);
  const { said: detail } = await offer(at('good'));
  assert.equal(detail, 'Version 1.5.0 is installed; a restart tries it.');
});

const REFUSED: Readonly<Record<string, readonly [() => string, RegExp]>> = {
  'signed by a stranger': [
    () => pack('foreign', 'theirs'),
    /^The update is signed by somebody whom this system does not trust\. \(/,
  ],
  'not signed': [
    () => {
      const root = at('unsigned-content');
      mkdirSync(root);
      copyFileSync(at('slot'), join(root, 'slot.ext4'));
      const squash = join(rauc, '../mksquashfs');
      run(squash, root, at('unsigned'), '-no-progress', '-quiet');
      return at('unsigned');
    },
    /^The update is not signed, so it is not taken\. \(/,
  ],
  'with another version written into its signed manifest': [
    () =>
      spoilt('manifest', (file, bytes) =>
        put(file, bytes.lastIndexOf('version=1.5.0'), 'version=9.9.9'),
      ),
    /^The update was changed after it was signed\. \(/,
  ],
  'with a changed signature': [
    () => spoilt('signature', (file, bytes) => put(file, bytes.length - 300, '\xff\xff\xff')),
    /^The update was changed after it was signed\. \(/,
  ],
  'cut in the middle': [
    () => spoilt('half', (file, bytes) => truncateSync(file, bytes.length >> 1)),
    /^The file is no whole update: it was cut short, or is something else\. \(/,
  ],
  'without its last octet': [
    () => spoilt('almost', (file, bytes) => truncateSync(file, bytes.length - 1)),
    /^The file is no whole update: /,
  ],
  empty: [() => spoilt('empty', (file) => truncateSync(file, 0)), /^The file is no whole update: /],
  'a web page': [
    () => spoilt('page', (file) => writeFileSync(file, '<html>not found</html>'.repeat(99))),
    /^The file is no whole update: /,
  ],
  'for another architecture': [
    () => pack('arm64', 'ours', ['architecture=arm64']),
    /^This update is for arm64; this box needs armhf\.$/,
  ],
  'for another product': [
    () => pack('product', 'ours', ['product=durian']),
    /^This update is for durian, not for pisang\.$/,
  ],
};

for (const [name, [make, sentence]] of Object.entries(REFUSED)) {
  test(`refused with a sentence: ${name}`, async () => {
    assert.match((await offer(make())).said, sentence);
  });
}

test('an older one is refused, and taken on request where it can read the messages', async () => {
  const older = /^Version 1\.5\.0 is older than 1\.6\.0, which runs; --allow-downgrade/;
  assert.match((await offer(at('good'), '1.6.0')).said, older);
  assert.equal((await offer(at('good'), '1.6.0', true, 8)).installed, true);
  const unreadable = await offer(at('good'), '1.7.0', true, 9);
  assert.match(
    unreadable.said,
    /^Version 1\.5\.0 can not read the messages that 1\.7\.0 has stored/,
  );
});

test('a changed block of the system does not pass: its hash is under the signature', () => {
  const file = spoilt('payload', (name) => put(name, 100, '\xff\xff\xff\xff'));
  const keyring = `--keyring=${join(at('ours'), 'ca.cert.pem')}`;
  const { status, stderr } = spawnSync(rauc, ['extract', keyring, file, at('out')], {
    encoding: 'utf8',
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /payload is corrupted/);
});

test('the certificates hold on a clock that nobody set, and in thirty years', () => {
  const [ca, cert] = [join(at('ours'), 'ca.cert.pem'), join(at('ours'), 'sign.cert.pem')];
  for (const time of [1, Math.floor(Date.now() / 1000) + 946_080_000]) {
    run('openssl', 'verify', '-attime', String(time), '-purpose', 'smimesign', '-CAfile', ca, cert);
  }
  for (const name of ['ca', 'sign']) {
    assert.equal(statSync(join(at('ours'), `${name}.key.pem`)).mode & 0o077, 0);
  }
});

function signing(environment: Readonly<Record<string, string>>): {
  status: number | null;
  lines: string[];
  err: string;
} {
  const { status, stdout, stderr } = spawnSync('image/steps/signing', {
    encoding: 'utf8',
    env: { ...process.env, SIGN_KEY: '', SIGN_CERT: '', SIGN_CA: '', ...environment },
  });
  return { status, lines: stdout.split('\n'), err: stderr };
}

test('without a key, one of this machine is made once and named development-signed', () => {
  const home = { XDG_CACHE_HOME: at('cache') };
  const first = signing(home);
  assert.deepEqual([first.status, first.lines[0]], [0, 'development-signed'], first.err);
  const key = readFileSync(first.lines[1] ?? '', 'utf8');
  assert.deepEqual(signing(home).lines, first.lines);
  assert.equal(readFileSync(first.lines[1] ?? '', 'utf8'), key);
});

test('a key that boxes would not take, a foreign certificate, or a key in the clone is refused', () => {
  const key = join(at('ours'), 'sign.key.pem');
  assert.equal(signing({ SIGN_KEY: key }).lines[0], 'release');
  assert.match(signing({ SIGN_KEY: at('none') }).err, /there is no /);
  assert.match(
    signing({ SIGN_KEY: key, SIGN_CERT: join(at('theirs'), 'sign.cert.pem') }).err,
    /is not the certificate of/,
  );
  assert.match(
    signing({ SIGN_KEY: key, SIGN_CA: join(at('theirs'), 'ca.cert.pem') }).err,
    /boxes would not take/,
  );
  const short = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=short'];
  run('openssl', 'req', ...short, '-keyout', at('short.key'), '-out', at('short.pem'));
  assert.match(
    signing({ SIGN_KEY: at('short.key'), SIGN_CERT: at('short.pem'), SIGN_CA: at('short.pem') })
      .err,
    /boxes would not take .* at 1970-01-02/,
  );
  assert.match(signing({ SIGN_KEY: 'package.json' }).err, /lies in the clone/);
});
