import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../app/config/load.ts';
import { load, problemsOf, SYSTEM } from './support.ts';

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
