import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../app/commands/command-line.ts';
import { COMMANDS } from '../../app/commands/registry.ts';
import { bench } from '../status/support.ts';
import { CLI, startProgram } from '../support/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'pisang-cli-'));
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

async function pisang(argv: readonly string[], environment: object = {}): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(argv, {
    environment: { PISANG_DATA_DIR: folder, PISANG_RUN_DIR: folder, ...environment },
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out, err };
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const MISUSE: readonly [string[], string][] = [
  [['sned'], 'pisang: there is no command "sned"; the nearest is "send"'],
  [['frobnicate'], 'pisang: there is no command "frobnicate"; pisang --help lists them'],
  [
    ['backup', 'x'],
    'pisang: "backup" is not part of this version (0.1.0); copy dataDir while pisang is stopped',
  ],
  [['send', '--too', 'x'], 'pisang: there is no option --too; the nearest is --to'],
  [['--confg', 'send'], 'pisang: there is no option --confg; the nearest is --config'],
  [['send', '--text', 'x'], 'pisang: --to is missing'],
  [['send', '--to'], 'pisang: --to needs a value: --to NUMBER'],
  [['send', '--wait=yes', '--to', '1', '--text', 'x'], 'pisang: --wait takes no value'],
  [['send', '--to', '1', '--to', '2', '--text', 'x'], 'pisang: --to was given 2 times'],
  [
    ['send', '--to', '1', '--text', 'two', 'words'],
    'pisang: "words" is one word too many; put texts with spaces in quotes',
  ],
  [
    ['send', '--to', '1', '--text', 'x', '--timeout', 'soon'],
    'pisang: --timeout must be a whole number from 0 to 86400, not "soon"',
  ],
  [
    ['status', '--url', 'pisang.local'],
    'pisang: --url must be an address such as http://127.0.0.1:8080, not "pisang.local"',
  ],
  [['config'], 'pisang: a word is missing: pisang config check|show|reference'],
  [['config', 'chek'], 'pisang: after "config" comes check, show or reference'],
];

for (const [argv, sentence] of MISUSE) {
  test(`pisang ${argv.join(' ')}: one line and exit code 64`, async () => {
    assert.deepEqual(await pisang(argv), { code: 64, out: [], err: [sentence] });
  });
}

test('every command has a help with examples of itself', async () => {
  for (const name of Object.keys(COMMANDS)) {
    const { code, out, err } = await pisang([name, '--help']);
    assert.deepEqual([code, err], [0, []], name);
    assert.match(out[0] ?? '', new RegExp(`^pisang ${name}: .+\\.$`));
    const examples = out.slice(out.indexOf('Examples:') + 1);
    assert.ok(examples.length > 0 && examples.every((line) => line.includes(name)), name);
    assert.deepEqual((await pisang(['help', name])).out, out);
  }
});

test('help and version', async () => {
  const help = await pisang(['--help']);
  assert.equal(help.code, 0);
  assert.match(help.out.join('\n'), /Usage: pisang \[--config FILE\] COMMAND/);
  assert.equal((await pisang([])).code, 64);
  for (const argv of [['--version'], ['send', '--version']]) {
    const { code, out } = await pisang(argv);
    assert.equal(code, 0);
    assert.match(out.join(''), /^\d+\.\d+\.\d+$/);
  }
});

test('config check names every fault, one a line; other commands the first', async () => {
  const file = join(folder, 'bad.json');
  writeFileSync(file, '{"htp":{},"queue":{"maxDepth":0}}');
  const check = await pisang(['--config', file, 'config', 'check']);
  assert.equal(check.code, 64);
  assert.deepEqual(check.err, [
    `pisang: htp: no such field; the nearest is http (in ${file})`,
    `pisang: queue.maxDepth: must be a whole number from 1 to 3,000,000, but is 0 (in ${file})`,
  ]);
  const show = await pisang(['config', 'show', `--config=${file}`]);
  assert.equal(show.code, 64);
  assert.deepEqual(show.err, [
    `pisang: htp: no such field; the nearest is http (in ${file}) (and 1 more; pisang config check lists them)`,
  ]);
});

test('config check and show, when all is well', async () => {
  const warned = await pisang(['config', 'check'], { PISANG_LOG_LEVL: 'x' });
  assert.equal(warned.code, 0);
  assert.deepEqual(warned.out, ['the configuration is good (no file, defaults only)']);
  assert.equal(warned.err.length, 1);
  const shown = await pisang(['config', 'show'], { PISANG_MODEMS_0_PIN: '4711' });
  assert.equal(shown.code, 0);
  assert.equal(JSON.parse(shown.out.join('')).modems[0].pin, '(secret)');
});

test('TLS files that nothing can be served with: the same sentence and 64 from check and api', async () => {
  const pair = (name: string): string =>
    fileURLToPath(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
  const noPem = join(folder, 'noise.pem');
  writeFileSync(noPem, 'noise');
  const cert = pair('first-cert');
  const key = pair('second-key');
  const wrong: readonly [string, string, string][] = [
    [cert, key, `http.tls.keyFile: ${key} is not the key of the certificate in ${cert}`],
    [noPem, key, `http.tls.certFile: ${noPem} holds no certificate in PEM`],
    [cert, noPem, `http.tls.keyFile: ${noPem} holds no private key in PEM without a passphrase`],
    [cert, '/nowhere/key.pem', 'http.tls.keyFile: /nowhere/key.pem: there is no such file'],
  ];
  for (const [certFile, keyFile, sentence] of wrong) {
    const environment = {
      PISANG_HTTP_LISTEN: '127.0.0.1:0',
      PISANG_HTTP_TLS_LISTEN: '127.0.0.1:0',
      PISANG_HTTP_TLS_CERT_FILE: certFile,
      PISANG_HTTP_TLS_KEY_FILE: keyFile,
    };
    const told = { code: 64, out: [], err: [`pisang: ${sentence}`] };
    assert.deepEqual(await pisang(['config', 'check'], environment), told);
    for (const processes of ['1', '2']) {
      const api = startProgram([CLI, 'api'], {
        ...environment,
        PISANG_DATA_DIR: join(folder, 'tls'),
        PISANG_RUN_DIR: join(folder, 'tls'),
        PISANG_HTTP_PROCESSES: processes,
      });
      assert.equal(await api.ended, 64, processes);
      assert.equal(api.stderr(), `pisang: ${sentence}\n`);
    }
  }
  const good = {
    PISANG_HTTP_TLS_CERT_FILE: cert,
    PISANG_HTTP_TLS_KEY_FILE: pair('first-key'),
  };
  assert.equal((await pisang(['config', 'check'], good)).code, 0);
});

test('without an API: send fails with one line, status says unreachable', async () => {
  const sent = await pisang(['send', '--to', '089610707901', '--text', 'x']);
  assert.equal(sent.code, 1);
  assert.deepEqual(sent.err, [
    `pisang: there is no API at ${folder}/api.sock; start it with "pisang run" or "pisang api", or name one with --url`,
  ]);
  const status = await pisang(['status']);
  assert.equal(status.code, 3);
  assert.match(status.out[0] ?? '', /^UNKNOWN - there is no API at /);
});

const WRONG_FIELDS = [
  { pointer: '/to', detail: 'is wrong' },
  { pointer: '/text', detail: 'is missing' },
];

test('send prints the id, waits for the outcome, and repeats what a refusal says', async (t) => {
  const states = ['queued', 'sent', 'delivered'];
  const seen: string[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    request.resume().on('end', () => {
      const refused = request.headers.authorization !== 'Bearer psg_good';
      const posted = request.method === 'POST';
      const body = refused
        ? { detail: '/to: is wrong (and 1 more)', errors: WRONG_FIELDS }
        : { id: 'id-1', status: posted ? 'queued' : states.shift() };
      response.writeHead(refused ? 401 : posted ? 202 : 200).end(JSON.stringify(body));
    });
  });
  const argv = ['send', '--url', url, '--to', '1', '--text', 'x', '--wait'];
  const good = await pisang(argv, { PISANG_KEY: 'psg_good' });
  assert.deepEqual(good, { code: 0, out: ['id-1', 'delivered'], err: [] });
  assert.equal(seen[0], 'POST /v1/messages Bearer psg_good');
  const bad = await pisang([...argv, '--key', 'psg_bad']);
  assert.deepEqual(bad, { code: 1, out: [], err: ['pisang: to: is wrong; text: is missing'] });
});

test('status speaks Nagios', async (t) => {
  const document = await bench().status.json({ authenticated: true });
  let health: string = document.health;
  const url = await serve(t, (_, response) => {
    response.end(JSON.stringify({ ...document, health }));
  });
  const well = await pisang(['status', '--url', url]);
  assert.equal(well.code, 0);
  assert.match(well.out[0] ?? '', /^OK - Everything works; .* \| queue=0;/);
  assert.ok(well.out.length <= 25 && well.out.every((line) => !line.includes('\n')));
  for (const [word, code] of [
    ['degraded', 1],
    ['down', 2],
    ['strange', 3],
  ] as const) {
    health = word;
    assert.equal((await pisang(['status', '--json', '--url', url])).code, code);
  }
});

test('the program itself: exit codes, stderr, a reader that went away', async () => {
  const wrong = startProgram([CLI, 'nothing']);
  assert.equal(await wrong.ended, 64);
  assert.equal(wrong.stdout(), '');
  assert.match(
    wrong.stderr(),
    /^pisang: there is no command "nothing"; pisang --help lists them\n$/,
  );
  const reference = startProgram([CLI, 'config', 'reference']);
  reference.child.stdout?.destroy();
  assert.equal(await reference.ended, 0);
});
