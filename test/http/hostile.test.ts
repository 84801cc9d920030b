import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { KEY, startTestService, type TestService } from '../support/http-service.ts';

let gateway: TestService;
before(async () => {
  gateway = await startTestService({
    http: { requestTimeoutSeconds: 1, bodyLimitBytes: 4_096, batchLimitBytes: 8_192 },
    legacy: { requireKey: false },
  });
});
after(() => gateway.close());

const AUTH = `Authorization: Bearer ${KEY}\r\n`;
const HOST = 'Host: localhost\r\n';
const LAST = 'Connection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const GOOD = '{"to":"123","text":"a"}';

const post = (body: string, headers: string = HOST + AUTH + JSON_TYPE, path = '/v1/messages') =>
  `POST ${path} HTTP/1.1\r\n${headers}${LAST}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;
const get = (path: string, headers: string = HOST + AUTH) =>
  `GET ${path} HTTP/1.1\r\n${headers}${LAST}\r\n`;

/** What is sent, the status it must get, and words of its sentence. */
const HOSTILE: readonly (readonly [string, string | Buffer, number, RegExp])[] = [
  ['bad JSON', post('{"to":'), 400, /not valid JSON/],
  ['an empty body', post(''), 400, /empty/],
  ['a raw NUL', post('{"to":"123","text":"a\0b"}'), 400, /not valid JSON/],
  ['invalid UTF-8', post('{"to":"123","text":"\xff"}'), 400, /UTF-8/],
  ['UTF-8 of a surrogate', post('{"to":"123","text":"\xed\xa0\x80"}'), 400, /UTF-8/],
  ['deep nesting', post('['.repeat(4_000)), 400, /not valid JSON/],
  ['deep nesting that closes', post('['.repeat(2_000) + ']'.repeat(2_000)), 422, /JSON object/],
  ['wrong types', post('{"to":[],"text":{}}'), 422, /a string/],
  ['unknown fields', post('{"to":"123","text":"a","txt":1}'), 422, /did you mean .*text/],
  ['__proto__', post('{"to":"123","text":"a","__proto__":1}'), 422, /__proto__/],
  ['constructor', post('{"to":"123","text":"a","constructor":1}'), 422, /constructor/],
  ['a huge body', post(' '.repeat(4_097)), 413, /4096/],
  [
    'a huge body somewhere else',
    post(' '.repeat(8_193), undefined, '/v1/messages/batch'),
    413,
    /8192/,
  ],
  [
    'a huge declared body',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}${LAST}Content-Length: 99999999999\r\n\r\n`,
    413,
    /4096/,
  ],
  [
    'chunks without end',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}${LAST}Transfer-Encoding: chunked\r\n\r\n${`400\r\n${' '.repeat(1024)}\r\n`.repeat(9)}`,
    413,
    /4096/,
  ],
  [
    'another content type',
    post(GOOD, `${HOST}${AUTH}Content-Type: text/plain\r\n`),
    415,
    /application\/json/,
  ],
  [
    'an empty content type somewhere else',
    post('{"text":"a"}', `${HOST}${AUTH}Content-Type: \r\n`, '/v1/messages/estimate'),
    415,
    /application\/json/,
  ],
  [
    'a content type without a slash',
    post('{"ids":["x"]}', `${HOST}${AUTH}Content-Type: json\r\n`, '/v1/messages/cancel'),
    415,
    /application\/json/,
  ],
  [
    'a malformed content type, and no key',
    post('{"ids":["x"]}', `${HOST}Content-Type: json\r\n`, '/v1/messages/cancel'),
    401,
    /Authorization/,
  ],
  [
    'a compressed body somewhere else',
    post(
      '\x1f\x8b',
      `${HOST}${AUTH}${JSON_TYPE}Content-Encoding: gzip\r\n`,
      '/v1/messages/estimate',
    ),
    415,
    /Content-Encoding/,
  ],
  ['no content type', post(GOOD, HOST + AUTH), 415, /application\/json/],
  [
    'another charset',
    post(GOOD, `${HOST}${AUTH}Content-Type: application/json; charset=utf-16\r\n`),
    415,
    /application\/json/,
  ],
  [
    'a packed body',
    post(GOOD, `${HOST}${AUTH}${JSON_TYPE}Content-Encoding: gzip\r\n`),
    415,
    /Content-Encoding/,
  ],
  ['no key', post(GOOD, HOST + JSON_TYPE), 401, /Authorization/],
  ['no key and a bad body: the key comes first', post('{', HOST + JSON_TYPE), 401, /Authorization/],
  [
    'an unknown key',
    post(GOOD, `${HOST}Authorization: Bearer psg_wrong\r\n${JSON_TYPE}`),
    401,
    /revoked/,
  ],
  ['another scheme', post(GOOD, `${HOST}Authorization: Basic abc\r\n${JSON_TYPE}`), 401, /Bearer/],
  [
    'a long key',
    post(GOOD, `${HOST}Authorization: Bearer ${'x'.repeat(8_000)}\r\n${JSON_TYPE}`),
    401,
    /revoked/,
  ],
  ['two keys', post(GOOD, `${HOST}${AUTH}${AUTH}${JSON_TYPE}`), 400, /only once/],
  ['a foreign Host', post(GOOD, `Host: evil.example\r\n${AUTH}${JSON_TYPE}`), 421, /allowedHosts/],
  [
    'a foreign Host and no key: the Host comes first',
    post(GOOD, `Host: evil.example\r\n`),
    421,
    /allowedHosts/,
  ],
  ['a foreign Host on a page', get('/status', 'Host: evil.example:80\r\n'), 421, /allowedHosts/],
  [
    'our name at the start of a foreign one',
    get('/status', 'Host: localhost.evil.example\r\n'),
    421,
    /allowedHosts/,
  ],
  [
    'a login before a foreign Host',
    get('/status', 'Host: localhost@evil.example\r\n'),
    421,
    /allowedHosts/,
  ],
  ['no Host', get('/status', ''), 400, /Host/],
  ['an empty Host', get('/status', 'Host: \r\n'), 421, /allowedHosts/],
  ['two Hosts', get('/status', `${HOST}Host: evil.example\r\n`), 400, /Host/],
  ['a foreign absolute target', get('http://evil.example/status'), 421, /allowedHosts/],
  [
    'a target that is no path',
    'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    400,
    /path/,
  ],
  [
    'both length headers',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    /Content-Length/,
  ],
  [
    'two lengths',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}  `,
    400,
    /Content-Length/,
  ],
  [
    'a length that is no number',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 1e3\r\n\r\n`,
    400,
    /well-formed/,
  ],
  [
    'a chunk size that is no number',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    400,
    /well-formed/,
  ],
  [
    'a transfer coding under chunked (RFC 9112 §6.1)',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}${LAST}Transfer-Encoding: gzip, chunked\r\n\r\n17\r\n${GOOD}\r\n0\r\n\r\n`,
    501,
    /Transfer-Encoding: chunked/,
  ],
  ['an unknown method', `FROB /v1/messages HTTP/1.1\r\n${HOST}\r\n`, 405, /Allow/],
  ['a wrong method', `PUT /v1/messages HTTP/1.1\r\n${HOST}${LAST}\r\n`, 405, /GET or HEAD or POST/],
  ['DELETE of the page', `DELETE /status HTTP/1.1\r\n${HOST}${LAST}\r\n`, 405, /GET/],
  ['GET of a batch', `GET /v1/messages/batch HTTP/1.1\r\n${HOST}${AUTH}${LAST}\r\n`, 405, /POST/],
  ['CONNECT', `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`, 405, /Allow/],
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}${LAST}\r\n`, 405, /GET/],
  ['an unknown path', get('/v2/messages'), 404, /docs/],
  ['a path upwards', get('/../../etc/passwd'), 404, /docs/],
  ['a broken escape in a path', get('/v1/messages/%zz'), 400, /path/],
  ['a later issue', get('/v1/events'), 404, /docs/],
  ['a long address', get(`/status?${'a'.repeat(9_000)}`), 414, /Shorten/],
  ['a very long address', get(`/status?${'a'.repeat(20_000)}`), 414, /Shorten/],
  ['huge headers', get('/status', `${HOST}X-A: ${'a'.repeat(20_000)}\r\n`), 431, /shorter headers/],
  ['many headers', get('/status', HOST + 'X-A: 1\r\n'.repeat(6_000)), 431, /shorter headers/],
  ['a header with a line feed', get('/status', `${HOST}X-A: a\nX-B: b\r\n`), 400, /well-formed/],
  ['TLS on the plain port', Buffer.from('160301020001000001fc0303', 'hex'), 400, /TLS/],
  ['something else', 'HELO gateway\r\n\r\n', 400, /HTTP/],
  ['another version', `GET /status HTTP/3.9\r\n${HOST}\r\n`, 400, /well-formed|HTTP/],
  ['an expectation', get('/status', `${HOST}Expect: cake\r\n`), 417, /100-continue/],
  ['slow headers', 'GET /status HTTP/1.1\r\nHost: loc', 408, /pauses/],
  [
    'a slow body',
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 100\r\n\r\n{"to"`,
    408,
    /pauses/,
  ],
  [
    'a slow body of a batch',
    `POST /v1/messages/batch HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}Content-Length: 100\r\n\r\n{"to"`,
    408,
    /pauses/,
  ],
  ['silence', '', 408, /pauses/],
  [
    'a cross-site call of /s.py',
    get('/s.py?rcpt=123&msg=a', `${HOST}Sec-Fetch-Site: cross-site\r\n`),
    403,
    /another site|page of/,
  ],
  [
    'a same-site call of /s.py',
    get('/s.py?rcpt=123&msg=a', `${HOST}Sec-Fetch-Site: same-site\r\n`),
    403,
    /page of/,
  ],
  [
    'a foreign Origin at /s.py',
    get('/s.py?rcpt=123&msg=a', `${HOST}Origin: http://evil.example\r\n`),
    403,
    /page of/,
  ],
  [
    'a prefetch of /s.py',
    get('/s.py?rcpt=123&msg=a', `${HOST}Sec-Fetch-Site: none\r\nSec-Purpose: prefetch\r\n`),
    403,
    /before anybody/,
  ],
  ['Origin null at /s.py', get('/s.py?rcpt=123&msg=a', `${HOST}Origin: null\r\n`), 403, /page of/],
  [
    'a forwarded call of /s.py',
    get('/s.py?rcpt=123&msg=a', `${HOST}X-Forwarded-For: 127.0.0.1\r\n`),
    401,
    /key/,
  ],
  [
    'a foreign Host at /s.py',
    get('/s.py?rcpt=123&msg=a', 'Host: evil.example\r\n'),
    421,
    /allowedHosts/,
  ],
  ['a wrong key at /s.py', get('/s.py?rcpt=123&msg=a&key=psg_wrong', HOST), 401, /revoked/],
  ['HEAD of /s.py', `HEAD /s.py?rcpt=123&msg=a HTTP/1.1\r\n${HOST}${LAST}\r\n`, 405, /^$/],
  ['nothing at /s.py', get('/s.py', HOST), 422, /rcpt is missing/],
  ['no text at /s.py', get('/s.py?rcpt=123', HOST), 422, /msg is missing/],
  ['a recipient twice at /s.py', get('/s.py?rcpt=123&rcpt=124&msg=a', HOST), 422, /only once/],
  ['no number at /s.py', get('/s.py?rcpt=abc&msg=a', HOST), 422, /rcpt/],
  ['Latin-1 at /s.py', get('/s.py?rcpt=123&msg=%E9', HOST), 400, /UTF-8/],
  ['a long text at /s.py', get(`/s.py?rcpt=123&msg=${'a'.repeat(1_531)}`, HOST), 422, /msg/],
  ['JSON at /s.py', post(GOOD, HOST + JSON_TYPE, '/s.py'), 415, /form/],
  ['a huge form at /s.py', post(`rcpt=123&msg=${'a'.repeat(4_097)}`, HOST, '/s.py'), 413, /4096/],
];

for (const [name, octets, status, sentence] of HOSTILE) {
  test(`${name} is answered ${status}`, async () => {
    const stored = gateway.outbox.messages.size;
    const answer = await gateway.raw(
      typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets,
    );
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `), answer.slice(0, 300));
    assert.match(head, /^X-Request-Id: [0-9a-f]{12}-[0-9a-z]+$/im);
    const said = body.startsWith('{') ? (JSON.parse(body) as { detail: string }).detail : body;
    assert.match(said, sentence);
    if (body.startsWith('{')) {
      const problem = JSON.parse(body) as Record<string, unknown>;
      assert.equal(problem['status'], status);
      assert.match(head, /^Content-Type: application\/problem\+json/im);
    }
    if (status === 405) {
      assert.match(head, /^Allow: /im);
    }
    assert.equal(gateway.outbox.messages.size, stored, 'nothing may be stored');
  });
}

test('after all that it still serves', async () => {
  assert.equal((await gateway.call('POST', '/v1/messages', JSON.parse(GOOD))).status, 202);
});

test('what is unusual but right is served', async () => {
  for (const octets of [
    post(
      GOOD,
      `host: LOCALHOST:8080\r\nauthorization: bearer ${KEY}\r\ncontent-type: Application/JSON; Charset=UTF-8\r\n`,
    ),
    post(`\xef\xbb\xbf${GOOD}`),
    post(GOOD).replace('/v1/messages', 'http://localhost/v1/messages'),
    post(GOOD, `Host: gateway.example\r\n${AUTH}${JSON_TYPE}`),
    post(GOOD, `Host: [::1]:80\r\n${AUTH}${JSON_TYPE}`),
    post(GOOD).replace('HTTP/1.1', 'HTTP/1.0').replace(HOST, ''),
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}${LAST}Transfer-Encoding: chunked\r\n\r\n17\r\n${GOOD}\r\n0\r\n\r\n`,
  ]) {
    assert.match(await gateway.raw(Buffer.from(octets, 'latin1')), /^HTTP\/1.1 202 /, octets);
  }
});

test('a client that ends its side after the request still gets its answer', async () => {
  for (const [octets, start] of [
    [post(GOOD).replace(LAST, ''), 'HTTP/1.1 202 '],
    [get('/v1/messages').replace(LAST, ''), 'HTTP/1.1 200 '],
    [get('/s.py?rcpt=123&msg=a').replace(LAST, ''), 'HTTP/1.1 200 '],
    [get('/health/live').replace(LAST, ''), 'HTTP/1.1 200 '],
  ] as const) {
    const socket = connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(octets);
    const answer = (await socket.setEncoding('latin1').toArray()).join('');
    assert.ok(answer.startsWith(start), `${octets}\n\n${answer}`);
  }
});

test('a body is awaited with 100 Continue, but not one that is too large', async () => {
  const ask = (length: number) =>
    `POST /v1/messages HTTP/1.1\r\n${HOST}${AUTH}${JSON_TYPE}${LAST}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
  assert.match(await gateway.raw(ask(23) + GOOD), /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 202 /);
  assert.match(await gateway.raw(ask(9_000)), /^HTTP\/1.1 413 /);
});

test('a broken request behind one that is being stored gets no status of its own', async () => {
  let release = (): void => {};
  gateway.outbox.beforeCommit = () => new Promise((resolve) => (release = resolve));
  const answer = gateway.raw(`${post(GOOD).replace(LAST, '')}garbage\r\n\r\n`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  release();
  gateway.outbox.beforeCommit = () => {};
  assert.equal(await answer, '');
});
