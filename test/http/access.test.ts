import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import type { HttpConfig, LegacyConfig } from '../../app/domain/config.ts';
import { addressList, plainAddress } from '../../app/http/address.ts';
import { hostCheck } from '../../app/http/hosts.ts';
import { keyRing } from '../../app/http/key-ring.ts';
import { rateLimit } from '../../app/http/rate-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeOutbox } from '../support/fake-outbox.ts';
import { KEY, QUIET, startTestService, type TestService } from '../support/http-service.ts';

async function withGateway(
  change: { http?: Partial<HttpConfig>; legacy?: Partial<LegacyConfig> },
  body: (gateway: TestService) => Promise<void>,
): Promise<void> {
  const gateway = await startTestService(change);
  try {
    await body(gateway);
  } finally {
    await gateway.close();
  }
}

const MESSAGE = { to: '123', text: 'a' };
const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

test('a key may do what its scopes say, admin may do all', async () => {
  await withGateway({}, async (gateway) => {
    const key = 'psg_senderonly00000000000000';
    await gateway.addKey(key, ['messages:send']);
    const post = await gateway.call('POST', '/v1/messages', MESSAGE, bearer(key));
    assert.equal(post.status, 202);
    const list = await gateway.call('GET', '/v1/messages', undefined, bearer(key));
    assert.equal(list.status, 403);
    const problem = (await list.json()) as { code: string; detail: string };
    assert.equal(problem.code, 'scope-missing');
    assert.match(problem.detail, /messages:read/);
    for (const path of ['/v1/messages', '/v1/inbox', '/v1/modems']) {
      assert.equal((await gateway.call('GET', path)).status, 200, path);
    }
    const restart = await gateway.call(
      'POST',
      '/v1/modems/modem1/actions/restart',
      undefined,
      bearer(key),
    );
    assert.equal(restart.status, 403);
  });
});

test('a key with an address list works from there only', async () => {
  await withGateway({}, async (gateway) => {
    await gateway.addKey('psg_fromhere0000000000000000', ['admin'], ['127.0.0.0/8']);
    await gateway.addKey(
      'psg_elsewhere000000000000000',
      ['admin'],
      ['192.0.2.0/24', '2001:db8::/32'],
    );
    const from = async (key: string) =>
      (await gateway.call('POST', '/v1/messages', MESSAGE, bearer(key))).status;
    assert.equal(await from('psg_fromhere0000000000000000'), 202);
    assert.equal(await from('psg_elsewhere000000000000000'), 403);
  });
});

test('keys are looked after at most once a second, and only when a request comes', async () => {
  const store = new FakeOutbox();
  const clock = new FakeClock();
  const ring = keyRing(store, clock, QUIET);
  await ring.refreshing();
  assert.equal(ring.refreshing(), null);
  await clock.advance(999);
  assert.equal(ring.refreshing(), null);
  await clock.advance(3_600_000);
  assert.equal(store.versionReads, 0, 'no request, no look');
  await ring.refreshing();
  assert.equal(store.versionReads, 1);
  assert.equal(ring.refreshing(), null);
});

test('a revoked key stops and a new one works within a second; an unreadable store changes nothing', async () => {
  await withGateway({}, async (gateway) => {
    const key = 'psg_comesandgoes000000000000';
    await gateway.call('GET', '/v1/messages');
    await gateway.addKey(key, ['admin']);
    gateway.service.reload();
    const status = async () =>
      (await gateway.call('GET', '/v1/messages', undefined, bearer(key))).status;
    assert.equal(await status(), 200);
    const record = gateway.outbox.keyRecords.at(-1);
    assert.ok(record);
    await gateway.outbox.revokeKey(record.id, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    assert.equal(await status(), 401);
    gateway.outbox.keys = () => Promise.reject(new Error('no disk'));
    gateway.outbox.keyVersion += 1;
    gateway.service.reload();
    assert.equal((await gateway.call('GET', '/v1/messages')).status, 200);
  });
});

test('a rate limit answers 429 with Retry-After and RateLimit-*', async () => {
  await withGateway({ http: { rateLimitPerMinute: 2, badKeysPerMinute: 2 } }, async (gateway) => {
    const post = () => gateway.call('POST', '/v1/messages', MESSAGE);
    assert.deepEqual([(await post()).status, (await post()).status], [202, 202]);
    const limited = await post();
    assert.equal(limited.status, 429);
    assert.ok(Number(limited.headers.get('retry-after')) >= 1);
    assert.equal(limited.headers.get('ratelimit-limit'), '2');
    assert.equal(limited.headers.get('ratelimit-remaining'), '0');
    const wrong = async () =>
      (await gateway.call('GET', '/v1/messages', undefined, bearer('psg_x'))).status;
    assert.deepEqual([await wrong(), await wrong(), await wrong()], [401, 401, 429]);
    for (const path of ['/health/live', '/health/ready', '/v1/status', '/status']) {
      const open = await gateway.call('GET', path);
      assert.equal(open.status, 200, `${path} is no call that a limit holds`);
    }
    const probe = await gateway.call('GET', '/health/ready', undefined, bearer('psg_x'));
    assert.equal(probe.status, 200, 'health is told whatever key comes along');
  });
});

test('a window of the limit opens again, and forgets the oldest of too many names', async () => {
  const clock = new FakeClock();
  const limit = rateLimit(1, 'rate-limited', clock);
  assert.equal(limit.take('a'), null);
  assert.equal(limit.take('a')?.retryAfterSeconds, 60);
  await clock.advance(60_000);
  assert.equal(limit.take('a'), null);
  for (let index = 0; index < 4_096; index += 1) {
    limit.take(`n${index}`);
  }
  assert.equal(limit.take('a'), null);
});

test('the local socket needs no key and no known Host', async () => {
  await withGateway({}, async (gateway) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const body = JSON.stringify(MESSAGE);
      const asking = request(
        {
          socketPath: gateway.localSocket,
          path: '/v1/messages',
          method: 'POST',
          headers: {
            host: 'pisang',
            'content-type': 'application/json',
            'content-length': body.length,
          },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      asking.on('error', reject);
      asking.end(body);
    });
    assert.equal(status, 202);
    assert.equal([...gateway.outbox.messages.values()][0]?.keyName, '(local)');
  });
});

test('/s.py queues with a key in query, form or header, and answers the same length always', async () => {
  await withGateway({}, async (gateway) => {
    const form = (fields: string, path = '/s.py') =>
      fetch(gateway.url + path, {
        method: 'POST',
        body: fields,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      });
    const answers = [
      await fetch(`${gateway.url}/s.py?rcpt=089610707901&msg=pesan+satu&key=${KEY}`),
      await fetch(`${gateway.url}/s.py?rcpt=+6289610707901&msg=%C3%BC%E2%82%AC`, {
        headers: bearer(KEY),
      }),
      await form(`rcpt=%2B6289610707901&msg=tiga&key=${KEY}`),
      await form('msg=empat', `/s.py?rcpt=123&key=${KEY}`),
    ];
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    for (const [index, text] of texts.entries()) {
      assert.equal(answers[index]?.status, 200, text);
      assert.match(text, /^queued [0-9a-f-]{36}\n$/);
      assert.equal(answers[index]?.headers.get('content-type'), 'text/plain; charset=utf-8');
    }
    assert.deepEqual(
      [...gateway.outbox.messages.values()].map(({ to, text }) => [to, text]),
      [
        ['+6289610707901', 'pesan satu'],
        ['+6289610707901', 'ü€'],
        ['+6289610707901', 'tiga'],
        ['123', 'empat'],
      ],
    );
    assert.equal((await fetch(`${gateway.url}/s.py?rcpt=123&msg=a`)).status, 401);
    assert.equal((await fetch(`${gateway.url}/s.py?rcpt=%ZZ`)).status, 401, 'the key comes first');
    assert.equal((await fetch(`${gateway.url}/s.py?rcpt=%ZZ&key=${KEY}`)).status, 400);
    assert.equal((await form('rcpt=%ZZ')).status, 401);
    const own = await fetch(`${gateway.url}/s.py?rcpt=123&msg=a&key=${KEY}`, {
      headers: { Origin: gateway.url, 'Sec-Fetch-Site': 'same-origin' },
    });
    assert.equal(own.status, 200);
  });
});

test('/s.py obeys its address list even where no key is needed, and can be switched off', async () => {
  await withGateway(
    { legacy: { requireKey: false, allowFrom: ['192.0.2.1'] } },
    async (gateway) => {
      const refused = await fetch(`${gateway.url}/s.py?rcpt=123&msg=a&key=${KEY}`);
      assert.equal(refused.status, 403);
      assert.match(await refused.text(), /^This address may not use \/s\.py.*\n$/);
    },
  );
  await withGateway({ legacy: { requireKey: false } }, async (gateway) => {
    assert.equal((await fetch(`${gateway.url}/s.py?rcpt=123&msg=a`)).status, 200);
    assert.equal([...gateway.outbox.messages.values()][0]?.keyName, '(legacy)');
  });
  await withGateway({ legacy: { enabled: false } }, async (gateway) => {
    assert.equal((await fetch(`${gateway.url}/s.py?rcpt=123&msg=a`)).status, 404);
  });
});

test('address lists know both families, mapped addresses and typing errors', () => {
  const inside = addressList([
    '10.0.0.0/8',
    '192.0.2.7',
    '2001:db8::/32',
    'nonsense',
    '1.2.3.4/99',
    '0.0.0.0/',
  ]);
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8::1']) {
    assert.equal(inside(address), true, address);
  }
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1', '1.2.3.4', '', 'x']) {
    assert.equal(inside(address), false, address);
  }
  assert.equal(plainAddress('::ffff:127.0.0.1'), '127.0.0.1');
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
});

test('an address that came with DHCP is known a second later', async () => {
  const clock = new FakeClock();
  let names = ['192.0.2.1'];
  let looks = 0;
  const hosts = hostCheck(['Gateway.Example:8080'], clock, () => {
    looks += 1;
    return names;
  });
  assert.equal(hosts.isOurs('192.0.2.1:80'), true);
  assert.equal(hosts.isOurs('gateway.example.'), true);
  assert.equal(hosts.isOurs('192.0.2.9'), false);
  names = ['192.0.2.9'];
  await clock.advance(1_000);
  assert.equal(hosts.isOurs('192.0.2.9'), true);
  assert.equal(hosts.isOurs('192.0.2.1:80'), false);
  for (let index = 0; index < 100; index += 1) {
    hosts.isOurs(`evil${index}.example`);
  }
  assert.equal(looks, 2);
});

test('a name that mDNS gave because another box has ours is ours as well', () => {
  const hosts = hostCheck([], new FakeClock(), () => ['pisang', 'pisang.local']);
  assert.equal(hosts.isOurs('pisang-2.local'), true);
  for (const other of ['pisang-x.local', 'pisang-2.example', 'durian-2.local', 'pisang-2']) {
    assert.equal(hosts.isOurs(other), false, other);
  }
  const numbered = hostCheck([], new FakeClock(), () => ['sms-1', 'sms-1.local']);
  assert.deepEqual([numbered.isOurs('sms-2.local'), numbered.isOurs('sms.local')], [true, false]);
});
