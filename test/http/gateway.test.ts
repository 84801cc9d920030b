import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import type { InboundId, ModemId } from '../../app/domain/ids.ts';
import type { OpenApiDocument } from '../../app/http/openapi/document.ts';
import { startTestService, type TestService } from '../support/http-service.ts';

let gateway: TestService;
let document: OpenApiDocument;
before(async () => {
  gateway = await startTestService();
  document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as OpenApiDocument;
  gateway.outbox.inbox.push({
    id: '0190a5c2-7e3a-7000-8000-000000000001' as string as InboundId,
    from: '+6281234567890',
    text: 'halo',
    receivedAtMs: Date.UTC(2026, 0, 2),
    serviceCentreAtMs: null,
    modem: 'modem1' as ModemId,
    parts: 1,
    partsReceived: 1,
    encoding: 'gsm7',
    lossy: false,
  });
});
after(() => gateway.close());

/** Checks an answer against what the document promises for the call and status. */
async function keepsPromise(
  answer: Response,
  path: string,
  method: string,
): Promise<Record<string, unknown>> {
  const operation = document.paths[path]?.[method];
  const promised = operation?.responses[String(answer.status)] as
    | { content: Record<string, { schema: object }> }
    | undefined;
  assert.ok(promised, `${method} ${path} does not promise ${answer.status}`);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const media = promised.content[type];
  assert.ok(media, `${method} ${path} ${answer.status} does not promise ${type}`);
  const body: unknown = type.endsWith('json') ? await answer.json() : await answer.text();
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile({ ...media.schema, components: document.components });
  assert.ok(
    validate(body),
    `${method} ${path} ${answer.status}: ${ajv.errorsText(validate.errors)}`,
  );
  return body as Record<string, unknown>;
}

test('every answer has the shape that the document promises', async () => {
  const message = { to: '089610707901', text: 'pesan', metadata: { a: 1 }, reference: 'r' };
  const call = async (method: string, path: string, real: string, body?: unknown) =>
    keepsPromise(await gateway.call(method, real, body), path, method.toLowerCase());
  const { id } = await call('POST', '/v1/messages', '/v1/messages', message);
  const one = `/v1/messages/${String(id)}`;
  await call('POST', '/v1/messages', '/v1/messages', {});
  await call('POST', '/v1/messages/batch', '/v1/messages/batch', { messages: [message] });
  await call('POST', '/v1/messages/estimate', '/v1/messages/estimate', { text: 'a' });
  await call('GET', '/v1/messages', '/v1/messages?limit=1');
  await call('GET', '/v1/messages', '/v1/messages?limit=x');
  await call('GET', '/v1/messages/{id}', one);
  await call('GET', '/v1/messages/{id}', '/v1/messages/x');
  await call('POST', '/v1/messages/{id}/resolve', `${one}/resolve`, { action: 'sent' });
  await call('DELETE', '/v1/messages/{id}', one);
  await call('DELETE', '/v1/messages/{id}', one);
  await call('POST', '/v1/messages/cancel', '/v1/messages/cancel', { reference: 'r' });
  await call('GET', '/v1/inbox', '/v1/inbox?from=%2B6281234567890');
  await call('GET', '/v1/inbox/{id}', '/v1/inbox/0190a5c2-7e3a-7000-8000-000000000001');
  await call('GET', '/v1/inbox/{id}', '/v1/inbox/0190a5c2-7e3a-7000-8000-000000000002');
  await call('GET', '/v1/modems', '/v1/modems');
  await call('POST', '/v1/modems/{id}/actions/restart', '/v1/modems/modem1/actions/restart');
  await call('POST', '/v1/modems/{id}/actions/ussd', '/v1/modems/modem9/actions/ussd', {
    code: '*1#',
  });
  await call('GET', '/v1/status', '/v1/status');
  await call('GET', '/status', '/status');
  await call('GET', '/health/live', '/health/live');
  await call('GET', '/health/ready', '/health/ready');
  await call('GET', '/health/boot', '/health/boot');
  await call('GET', '/openapi.json', '/openapi.json');
  await call('GET', '/docs', '/docs');
  await call('GET', '/', '/');
  await call('GET', '/s.py', '/s.py?rcpt=123&msg=a');
  await call('GET', '/s.py', '/s.py?rcpt=123');
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    assert.ok(operation.responses['417'], 'an Expect header that is not understood');
  }
});

test('the document is whole: no reference leads nowhere, no operation id comes twice', () => {
  const text = JSON.stringify(document);
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(document.components.schemas[name], name);
  }
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(document.openapi, '3.1.0');
});

test('the page names every call and code, and takes nothing from elsewhere', async () => {
  const page = await (await fetch(`${gateway.url}/docs`)).text();
  for (const path of Object.keys(document.paths)) {
    assert.ok(page.includes(`<code>${path}</code>`), path);
  }
  assert.ok(page.includes('id="queue-full"'));
  assert.doesNotMatch(page, /<script|<link|src=|@import/);
});

test('the guide names every call with what it needs', () => {
  const guide = readFileSync('docs/api.md', 'utf8');
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const scope = operation['x-scope'];
      const needs = typeof scope === 'string' ? `\`${scope}\`` : '–';
      const begins = `| \`${method.toUpperCase()} ${path}\` | ${needs} |`;
      assert.ok(guide.includes(`\n${begins}`), `put into docs/api.md: ${begins}`);
    }
  }
});

test('status and health', async () => {
  const open = (await (await fetch(`${gateway.url}/v1/status`)).json()) as { redacted: string[] };
  assert.deepEqual(open.redacted, ['/messages']);
  const mine = (await (await gateway.call('GET', '/v1/status')).json()) as { redacted: string[] };
  assert.deepEqual(mine.redacted, []);
  const page = await fetch(`${gateway.url}/status?lang=id`);
  assert.equal(page.headers.get('content-security-policy'), "default-src 'none'");
  assert.match(await page.text(), /<h1 role="status">/);
  const home = await fetch(`${gateway.url}/`, { redirect: 'manual' });
  assert.deepEqual([home.status, home.headers.get('location')], [302, '/status']);
  assert.equal((await fetch(`${gateway.url}/status`, { method: 'HEAD' })).status, 200);
  gateway.worker.heardMs = 10_001;
  assert.equal((await fetch(`${gateway.url}/health/boot`)).status, 503);
  gateway.worker.heardMs = 10_000;
  assert.equal((await fetch(`${gateway.url}/health/boot`)).status, 200);
});

test('readiness says which condition refuses', async () => {
  const full = await startTestService({
    status: {
      ready: () => ({ accepting: false, code: 'storage-full', retryAfterSeconds: 60 }),
    },
  });
  const answer = await fetch(`${full.url}/health/ready`);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('retry-after'), '60');
  assert.deepEqual(await answer.json(), { status: 'storage-full' });
  await full.close();
});

test('a self-test with a number queues a test SMS for that modem, once the modem has passed', async () => {
  const selfTest = (modem: string) =>
    gateway.call('POST', `/v1/modems/${modem}/actions/self-test`, { to: '089610707901' });
  gateway.worker.reply = async () => ({ ok: true, detail: 'Connected to Simulasi.' });
  const passed = await selfTest('modem1');
  assert.equal(passed.status, 200);
  const { detail, messageId } = (await passed.json()) as { detail: string; messageId: string };
  assert.equal(detail, 'Connected to Simulasi. A test SMS to +6289610707901 is queued.');
  const stored = await (await gateway.call('GET', `/v1/messages/${messageId}`)).json();
  const { to, text, modem, priority } = stored as Record<string, unknown>;
  assert.deepEqual(
    [to, text, modem, priority],
    ['+6289610707901', 'Test SMS from pisang, modem1.', 'modem1', 'high'],
  );
  const count = async (): Promise<number> =>
    ((await (await gateway.call('GET', '/v1/messages?limit=100')).json()) as { items: unknown[] })
      .items.length;
  const before = await count();
  gateway.worker.reply = async () => ({ ok: false, detail: 'The SIM is not usable (missing).' });
  assert.equal((await selfTest('modem1')).status, 409);
  assert.equal((await selfTest('modem9')).status, 404);
  assert.equal(await count(), before);
  gateway.worker.reply = async () => ({ ok: true, detail: 'Done.' });
});

test('orders reach the modem worker, and its answers come back', async () => {
  const order = (action: string, body?: unknown) =>
    gateway.call('POST', `/v1/modems/modem1/actions/${action}`, body);
  gateway.worker.commands.length = 0;
  assert.equal((await order('restart')).status, 200);
  assert.equal((await order('restart', {})).status, 200);
  assert.equal((await order('unlock', { pin: '1234' })).status, 200);
  assert.equal((await order('unlock', { pin: '1234', force: true })).status, 200);
  assert.equal((await order('ussd', { code: '*888#' })).status, 200);
  assert.equal((await order('self-test')).status, 200);
  assert.deepEqual(
    gateway.worker.commands.map(({ command }) => command),
    [
      { name: 'restart' },
      { name: 'restart' },
      { name: 'unlock', pin: '1234', puk: null },
      { name: 'unlock', pin: '1234', puk: null, force: true },
      { name: 'ussd', code: '*888#' },
      { name: 'self-test' },
    ],
  );
  for (const [action, body] of [
    ['unlock', { pin: '12' }],
    ['unlock', {}],
    ['unlock', { pin: '1234', force: 'yes' }],
    ['ussd', { code: 'AT+CFUN=0' }],
    ['self-test', { to: 'x' }],
    ['restart', { now: true }],
  ] as const) {
    assert.equal((await order(action, body)).status, 422, JSON.stringify(body));
  }
  assert.equal((await order('explode')).status, 404);
  gateway.worker.reply = async () => ({ ok: false, detail: 'The SIM wants its PUK.' });
  const refused = await order('unlock', { pin: '1234' });
  assert.equal(refused.status, 409);
  assert.equal(((await refused.json()) as { detail: string }).detail, 'The SIM wants its PUK.');
  gateway.worker.reply = () =>
    Promise.reject(new GatewayError('worker-stopped', 'It is gone.', { retry: 'later' }));
  assert.equal((await order('restart')).status, 503);
});
