import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, problemsOf, SYSTEM } from './support.ts';

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
