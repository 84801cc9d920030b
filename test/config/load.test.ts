import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoadedConfig, loadConfig } from '../../app/config/load.ts';
import { GatewayError } from '../../app/domain/gateway-error.ts';

const SYSTEM = '/etc/pisang/config.json';

function load(
  files: Record<string, unknown>,
  environment: Record<string, string> = {},
  file: string | null = null,
): LoadedConfig {
  return loadConfig({
    file,
    environment,
    readText: (path) => {
      const content = files[path];
      return content === undefined
        ? null
        : typeof content === 'string'
          ? content
          : JSON.stringify(content);
    },
  });
}

function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof GatewayError && error.code === 'bad-config', String(error));
    assert.equal(error.message, (error.context['problems'] as string[])[0]);
    return error.context['problems'] as string[];
  }
  assert.fail('the configuration was accepted');
}

test('without any file the defaults of the contract are in force', () => {
  const { config, files, warnings } = load({});
  assert.deepEqual([files, warnings], [[], []]);
  assert.deepEqual(config.http.listen, ['0.0.0.0:80', '[::]:80']);
  assert.equal(config.queue.maxDepth, 100_000);
  assert.deepEqual(config.modems, [
    {
      id: 'modem1',
      port: 'auto',
      pin: null,
      ratePerMinute: 20,
      dailyCap: null,
      routes: [],
      roamingAllowed: false,
      balanceUssd: null,
      postpaid: false,
    },
  ]);
  assert.ok(Object.isFrozen(config.http) && Object.isFrozen(config.modems[0]));
});

test('the file in dataDir is laid over the main file, field by field; lists are replaced', () => {
  const { config, files } = load({
    [SYSTEM]: {
      dataDir: '/d',
      http: { listen: '127.0.0.1:8080', backlog: 10 },
      modems: [{ id: 'a' }, { id: 'b' }],
    },
    '/d/config.json': { http: { backlog: 20 }, modems: [{ id: 'c', ratePerMinute: null }] },
    '/d/pins.json': { c: '1234' },
  });
  assert.deepEqual(files, [SYSTEM, '/d/config.json', '/d/pins.json']);
  assert.deepEqual(config.http.listen, ['127.0.0.1:8080']);
  assert.equal(config.http.backlog, 20);
  assert.deepEqual(
    config.modems.map((modem) => [modem.id, modem.pin, modem.ratePerMinute]),
    [['c', '1234', null]],
  );
});

test('--config wins over PISANG_CONFIG, and a named file must exist', () => {
  const files = { '/one': { defaultRegion: 'SG' }, '/two': { defaultRegion: 'MY' } };
  assert.equal(load(files, { PISANG_CONFIG: '/two' }).config.defaultRegion, 'MY');
  assert.equal(load(files, { PISANG_CONFIG: '/two' }, '/one').config.defaultRegion, 'SG');
  assert.deepEqual(
    problemsOf(() => load({}, {}, '/none')),
    ['--config: there is no file /none'],
  );
  assert.deepEqual(
    problemsOf(() => load({}, { PISANG_CONFIG: '/none' })),
    ['PISANG_CONFIG: there is no file /none'],
  );
});

test('a simulated modem is unlimited unless its rate is written', () => {
  const rate = (modem: object): unknown =>
    load({ [SYSTEM]: { modems: [{ id: 'm', ...modem }] } }).config.modems[0]?.ratePerMinute;
  assert.equal(rate({ port: 'sim:' }), null);
  assert.equal(rate({ port: 'sim:', ratePerMinute: 60_000 }), 60_000);
  assert.equal(rate({ port: 'tcp://127.0.0.1:7000' }), 20);
});

test('the environment sets every scalar and list and wins over files', () => {
  const { config, warnings } = load(
    { [SYSTEM]: { dataDir: '/ignored', queue: { maxDepth: 5 } } },
    {
      PISANG_DATA_DIR: '/data',
      PISANG_QUEUE_MAX_DEPTH: '3000000',
      PISANG_HTTP_LISTEN: '127.0.0.1:1, [::1]:2',
      PISANG_HTTP_ALLOWED_HOSTS: '["a.example"]',
      PISANG_HTTP_MAX_CONNECTIONS: 'auto',
      PISANG_HTTP_KEEP_ALIVE_TIMEOUT_SECONDS: '7',
      PISANG_HTTP_TLS_CERT_FILE: '/c',
      PISANG_HTTP_TLS_KEY_FILE: '/k',
      PISANG_LEGACY_REQUIRE_KEY: 'false',
      PISANG_LOG_REDACT_NUMBERS: '1',
      PISANG_SITE_NAME: '',
      PISANG_MODEMS_0_PORT: 'sim:',
      PISANG_MODEMS_0_BALANCE_USSD: '*888#',
      PISANG_MODEMS_1_ID: 'second',
      PISANG_MODEMS_1_RATE_PER_MINUTE: 'null',
      PISANG_KEY: 'psg_x',
      PISANG_TEST_HOOK: 'x',
      PISANG_HTTP_LISTN: 'x',
    },
  );
  assert.equal(config.dataDir, '/data');
  assert.equal(config.queue.maxDepth, 3_000_000);
  assert.deepEqual(config.http.listen, ['127.0.0.1:1', '[::1]:2']);
  assert.deepEqual(config.http.allowedHosts, ['a.example']);
  assert.equal(config.http.keepAliveTimeoutSeconds, 7);
  assert.deepEqual(config.http.tls, {
    listen: ['0.0.0.0:443', '[::]:443'],
    certFile: '/c',
    keyFile: '/k',
  });
  assert.equal(config.legacy.requireKey, false);
  assert.equal(config.site.name, null);
  assert.deepEqual(
    config.modems.map((modem) => [modem.id, modem.port, modem.ratePerMinute, modem.balanceUssd]),
    [
      ['modem1', 'sim:', null, '*888#'],
      ['second', 'auto', null, null],
    ],
  );
  assert.deepEqual(warnings, [
    'PISANG_HTTP_LISTN: no such setting, ignored; the nearest is PISANG_HTTP_LISTEN',
  ]);
});

const LISTEN =
  'a list of "host:port", "[IPv6]:port" or "unix:/path", such as ["0.0.0.0:80", "[::]:80"]';
const WRONG: readonly [name: string, file: unknown, sentence: string][] = [
  ['unknown at the top', { htp: {} }, 'htp: no such field; the nearest is http'],
  [
    'unknown inside',
    { http: { bakclog: 1 } },
    'http.bakclog: no such field; the nearest is http.backlog',
  ],
  [
    'known elsewhere',
    { http: { maxDepth: 1 } },
    'http.maxDepth: no such field; the nearest is queue.maxDepth',
  ],
  [
    'a name cut short',
    { http: { tls: { certFile: '/c', keyFile: '/k', cert: '/c' } } },
    'http.tls.cert: no such field; the nearest is http.tls.certFile',
  ],
  [
    'unknown in a modem',
    { modems: [{ id: 'a', prot: 'auto' }] },
    'modems[0].prot: no such field; the nearest is modems[0].port',
  ],
  [
    'a number as text',
    { http: { backlog: '9' } },
    'http.backlog: must be a whole number from 1 to 65,535, but is "9"',
  ],
  [
    'too large',
    { queue: { maxDepth: 3_000_001 } },
    'queue.maxDepth: must be a whole number from 1 to 3,000,000, but is 3000001',
  ],
  [
    'rate too high',
    { modems: [{ id: 'a', ratePerMinute: 60_001 }] },
    'modems[0].ratePerMinute: must be a whole number from 1 to 60,000, or null, but is 60001',
  ],
  [
    'not in the list of words',
    { queue: { onUncertain: 'drop' } },
    'queue.onUncertain: must be one of "hold", "resend", but is "drop"',
  ],
  [
    'a bad address',
    { http: { listen: ['127.0.0.1:70000'] } },
    `http.listen[0]: must be ${LISTEN}, but is "127.0.0.1:70000"`,
  ],
  ['no address', { http: { listen: [] } }, `http.listen: must be ${LISTEN}, but is a list of 0`],
  [
    'a bad range',
    { legacy: { allowFrom: ['10.0.0.0/33'] } },
    'legacy.allowFrom[0]: must be a list of addresses or CIDR ranges such as "192.168.1.0/24", but is "10.0.0.0/33"',
  ],
  [
    'a bad port',
    { modems: [{ id: 'a', port: '/dev/ttyUSB0' }] },
    'modems[0].port: must be "auto", "serial:/dev/…", "tcp://HOST:PORT" or "sim:", but is "/dev/ttyUSB0"',
  ],
  [
    'a PIN is never repeated',
    { modems: [{ id: 'a', pin: '12x' }] },
    'modems[0].pin: must be 4 to 8 digits in quotes, or null, but is something else',
  ],
  [
    'a modem without name',
    { modems: [{}] },
    'modems[0].id: is missing; it must be 1 to 32 letters, digits, "-" or "_"',
  ],
  [
    'a modem that is none',
    { modems: [7] },
    'modems[0]: must be an object with the fields of the reference, but is 7',
  ],
  ['no modem', { modems: [] }, 'modems: must be a list of 1 to 32 objects, but is a list of 0'],
  ['a group that is none', { http: 7 }, 'http: must be an object, but is 7'],
  ['a group that is null', { http: null }, 'http: must be an object, but is null'],
  [
    'half of TLS',
    { http: { tls: { certFile: '/c' } } },
    'http.tls.keyFile: is missing; it must be a path',
  ],
  [
    'a time zone',
    { site: { timeZone: 'Asia/Jakart' } },
    'site.timeZone: must be a time zone such as "Asia/Jakarta", but is "Asia/Jakart"',
  ],
  [
    'a long runDir',
    { runDir: `/${'x'.repeat(90)}` },
    `runDir: must be an absolute path of at most 90 characters, but is "/${'x'.repeat(58)}…`,
  ],
  [
    'a region that is none',
    { defaultRegion: 'XX' },
    'defaultRegion: no country has the letters "XX"; near are "AX" (Åland Islands), "CX" (Christmas Island), "MX" (Mexico)',
  ],
  [
    'a region by its everyday letters',
    { defaultRegion: 'UK' },
    'defaultRegion: no country has the letters "UK"; near are "GB" (United Kingdom), "CK" (Cook Islands), "DK" (Denmark)',
  ],
];

for (const [name, file, sentence] of WRONG) {
  test(`one sentence: ${name}`, () => {
    assert.deepEqual(problemsOf(() => load({ [SYSTEM]: file })).map(withoutOrigin), [sentence]);
  });
}

function withoutOrigin(problem: string): string {
  return problem.replace(/ \(in \/etc\/pisang\/config\.json\)$/, '');
}

test('a prototype in a file is an unknown field, not a change to anything', () => {
  const problems = problemsOf(() => load({ [SYSTEM]: '{"__proto__":{"a":1}}' }));
  assert.match(problems[0] ?? '', /^__proto__: no such field/);
});

test('a fault says where it comes from', () => {
  assert.match(
    problemsOf(() => load({ '/var/lib/pisang/app/config.json': { queue: { maxDepth: 0 } } }))[0] ??
      '',
    /\(in \/var\/lib\/pisang\/app\/config\.json\)$/,
  );
  assert.match(
    problemsOf(() => load({}, { PISANG_QUEUE_MAX_DEPTH: 'many' }))[0] ?? '',
    /^queue\.maxDepth: .* \(from PISANG_QUEUE_MAX_DEPTH\)$/,
  );
});

test('files that cannot be used are named, their content is not', () => {
  assert.deepEqual(
    problemsOf(() => load({ [SYSTEM]: '{\n "pin": "1234"\n x }' })),
    [`${SYSTEM}: is not JSON; look at line 3`],
  );
  assert.deepEqual(
    problemsOf(() => load({ [SYSTEM]: '[]' })),
    [`${SYSTEM}: must hold one JSON object`],
  );
  const denied = (): never => {
    throw Object.assign(new Error('no'), { code: 'EACCES' });
  };
  assert.deepEqual(
    problemsOf(() => loadConfig({ file: '/c', environment: {}, readText: denied })),
    ['/c: cannot be read (EACCES)'],
  );
});

test('fields that contradict each other are named', () => {
  const cross = (file: object): readonly string[] =>
    problemsOf(() => load({ '/c': file }, {}, '/c'));
  assert.deepEqual(cross({ modems: [{ id: 'a' }, { id: 'a', port: 'sim:' }] }), [
    'modems[1].id: "a" is the name of an earlier modem',
  ]);
  const port = 'tcp://127.0.0.1:7000';
  assert.deepEqual(
    cross({
      modems: [
        { id: 'a', port },
        { id: 'b', port },
      ],
    }),
    ['modems[1].port: an earlier modem has the same port'],
  );
  assert.deepEqual(cross({ http: { listen: ['[::]:80', '[::]:80'] } }), [
    'http.listen: "[::]:80" is listed twice',
  ]);
  assert.deepEqual(
    problemsOf(() => load({ '/var/lib/pisang/app/config.json': { dataDir: '/x' } })),
    ['dataDir: cannot be set in /var/lib/pisang/app/config.json, which lies in that folder'],
  );
  assert.deepEqual(
    problemsOf(() => load({ '/var/lib/pisang/app/pins.json': { other: '1234' } })),
    ['pins.json: there is no modem "other"'],
  );
});
