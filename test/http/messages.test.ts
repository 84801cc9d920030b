import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { MessageId } from '../../app/domain/ids.ts';
import { startTestService, type TestService } from '../support/http-service.ts';

let gateway: TestService;
before(async () => {
  gateway = await startTestService();
});
after(() => gateway.close());

const MESSAGE = { to: '089610707901', text: 'pesan' };
type Json = Record<string, unknown>;
type ErrorList = { errors: { pointer: string; detail: string }[] };
const json = async <T = Json>(answer: Response | Promise<Response>): Promise<T> =>
  (await (await answer).json()) as T;

test('an accepted message is stored, named by Location and given back whole', async () => {
  const answer = await gateway.call('POST', '/v1/messages', {
    ...MESSAGE,
    reference: 'r-1',
    metadata: { b: 1, a: ['ü'] },
    priority: 'high',
  });
  assert.equal(answer.status, 202);
  assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f]{12}-[0-9a-z]+$/);
  const body = await json(answer);
  assert.equal(answer.headers.get('location'), `/v1/messages/${String(body['id'])}`);
  assert.match(
    String(body['id']),
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.equal(body['to'], '+6289610707901');
  assert.equal(body['status'], 'queued');
  assert.equal(body['encoding'], 'gsm7');
  assert.equal(body['segments'], 1);
  assert.equal(body['priority'], 'high');
  assert.equal(body['deliveryReport'], true);
  assert.deepEqual(body['metadata'], { a: ['ü'], b: 1 });
  assert.deepEqual(body['parts'], [{ number: 1, status: 'pending', reference: null }]);
  assert.equal(gateway.outbox.messages.size, 1);
  const shown = await json(gateway.call('GET', String(answer.headers.get('location'))));
  assert.deepEqual({ ...shown, queuePosition: null }, body);
  assert.ok(gateway.worker.nudges > 0);
});

test('encoding and segments follow the text', async () => {
  for (const [text, encoding, segments] of [
    ['a'.repeat(160), 'gsm7', 1],
    ['a'.repeat(161), 'gsm7', 2],
    ['€'.repeat(80), 'gsm7', 1],
    ['€'.repeat(81), 'gsm7', 2],
    ['ж'.repeat(70), 'ucs2', 1],
    ['ж'.repeat(71), 'ucs2', 2],
    ['a'.repeat(1_530), 'gsm7', 10],
  ] as const) {
    const body = await json(gateway.call('POST', '/v1/messages', { to: '+6289610707901', text }));
    assert.deepEqual([body['encoding'], body['segments']], [encoding, segments]);
    assert.equal((body['parts'] as unknown[]).length, segments);
  }
});

test('a validity that ends before sendAt is refused, for nothing would ever be sent', async () => {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const order = (validitySeconds: number) =>
    gateway.call('POST', '/v1/messages', { ...MESSAGE, sendAt, validitySeconds });
  const refused = await order(3_000);
  assert.equal(refused.status, 422);
  const { errors } = (await refused.json()) as { errors: { pointer: string }[] };
  assert.deepEqual(
    errors.map(({ pointer }) => pointer),
    ['/validitySeconds'],
  );
  assert.equal((await order(4_000)).status, 202);
});

test('a scheduled message says so', async () => {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const body = await json(gateway.call('POST', '/v1/messages', { ...MESSAGE, sendAt }));
  assert.equal(body['status'], 'scheduled');
  assert.equal(body['sendAt'], sendAt);
  assert.equal(body['estimatedSendAt'], sendAt);
});

const DEEP = `{"to":"123","text":"a","metadata":{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}}`;
const HIDDEN = '{"to":"123","text":"a","__proto__":{"flash":true}}';
const WRONG: readonly (readonly [string, unknown, string, RegExp])[] = [
  ['no object', [1], '', /a JSON object/],
  ['a number', 1, '', /a JSON object/],
  ['nothing', {}, '/to', /missing/],
  ['no text', { to: '123' }, '/text', /missing/],
  ['an empty text', { to: '123', text: '' }, '/text', /empty/],
  ['a number as text', { to: '123', text: 1 }, '/text', /a string/],
  ['no number', { ...MESSAGE, to: 'pisang' }, '/to', /short code/],
  ['an unknown field', { ...MESSAGE, sendat: 'x' }, '/sendat', /did you mean "sendAt"/],
  ['a hidden prototype', HIDDEN, '/__proto__', /known/],
  ['a wrong priority', { ...MESSAGE, priority: 'urgent' }, '/priority', /high, normal, low/],
  ['a wrong type', { ...MESSAGE, flash: 'yes' }, '/flash', /true or false/],
  ['no priority', { ...MESSAGE, priority: null }, '/priority', /high, normal, low/],
  ['half a validity', { ...MESSAGE, validitySeconds: 1.5 }, '/validitySeconds', /whole number/],
  ['no time', { ...MESSAGE, sendAt: 'tomorrow' }, '/sendAt', /RFC 3339/],
  ['no day', { ...MESSAGE, sendAt: '2026-02-30T00:00:00Z' }, '/sendAt', /RFC 3339/],
  ['too late', { ...MESSAGE, sendAt: '2099-01-01T00:00:00Z' }, '/sendAt', /90 days/],
  ['an unknown modem', { ...MESSAGE, modem: 'modem9' }, '/modem', /modem1/],
  ['too long', { ...MESSAGE, text: 'ж'.repeat(671) }, '/text', /11 SMS parts/],
  ['far too long', { ...MESSAGE, text: 'a'.repeat(1_531) }, '/text', /1530/],
  ['NUL', { ...MESSAGE, text: 'a\0b' }, '/text', /NUL/],
  ['half an emoji', '{"to":"123","text":"\\ud83d"}', '/text', /surrogate/],
  ['no GSM-7 text', { ...MESSAGE, text: 'ж', encoding: 'gsm7' }, '/text', /gsm7/],
  ['a long reference', { ...MESSAGE, reference: 'r'.repeat(129) }, '/reference', /128/],
  ['a reference with a line feed', { ...MESSAGE, reference: 'a\nb' }, '/reference', /control/],
  ['half a reference', '{"to":"123","text":"a","reference":"\\ud83d"}', '/reference', /surrogate/],
  ['fat metadata', { ...MESSAGE, metadata: { a: 'x'.repeat(4_096) } }, '/metadata', /4096/],
  ['deep metadata', DEEP, '/metadata', /nest/],
  ['metadata as a list', { ...MESSAGE, metadata: [] }, '/metadata', /object/],
];

for (const [name, body, pointer, detail] of WRONG) {
  test(`422 for ${name}, pointing at it, and nothing is stored`, async () => {
    const stored = gateway.outbox.messages.size;
    const answer = await gateway.call('POST', '/v1/messages', body);
    assert.equal(answer.status, 422);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    const problem = await json<ErrorList & { code: string }>(answer);
    assert.equal(problem.code, 'invalid-fields');
    const error = problem.errors.find((one) => one.pointer === pointer);
    const pointers = problem.errors.map((one) => one.pointer);
    assert.equal(new Set(pointers).size, pointers.length, 'each fault is told once');
    assert.match(error?.detail ?? `nothing at ${pointer}: ${JSON.stringify(problem)}`, detail);
    assert.equal(gateway.outbox.messages.size, stored);
  });
}

test('all wrong fields are named at once, a flood of them is cut', async () => {
  const flood = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`x${index}`, 1]));
  const answer = await gateway.call('POST', '/v1/messages', { to: 1, text: 2, flash: 3, ...flood });
  assert.equal(answer.status, 422);
  assert.equal((await json<ErrorList>(answer)).errors.length, 20);
});

test('a batch is all or nothing and keeps its order', async () => {
  const messages = Array.from({ length: 250 }, (_, index) => ({ to: '123', text: `m${index}` }));
  const before = gateway.outbox.messages.size;
  const bad = await gateway.call('POST', '/v1/messages/batch', {
    messages: [...messages, { to: '123' }],
  });
  assert.equal(bad.status, 422);
  assert.equal((await json<ErrorList>(bad)).errors[0]?.pointer, '/messages/250/text');
  assert.equal(gateway.outbox.messages.size, before);
  const good = await gateway.call('POST', '/v1/messages/batch', { messages });
  assert.equal(good.status, 202);
  const stored = (await json<{ messages: { text: string; id: string }[] }>(good)).messages;
  assert.deepEqual(
    stored.map(({ text }) => text),
    messages.map(({ text }) => text),
  );
  assert.equal(new Set(stored.map(({ id }) => id)).size, 250);
});

for (const [name, body, pointer] of [
  ['no list', {}, '/messages'],
  ['an empty list', { messages: [] }, '/messages'],
  ['too many', { messages: Array(1_001).fill(MESSAGE) }, '/messages'],
  ['another field', { messages: [MESSAGE], message: 1 }, '/message'],
  ['a list itself', [MESSAGE], ''],
] as const) {
  test(`a batch with ${name} is 422`, async () => {
    const answer = await gateway.call('POST', '/v1/messages/batch', body);
    assert.equal(answer.status, 422);
    assert.equal((await json<ErrorList>(answer)).errors[0]?.pointer, pointer);
  });
}

test('estimate counts without storing', async () => {
  const before = gateway.outbox.messages.size;
  const answer = await gateway.call('POST', '/v1/messages/estimate', { text: 'ж'.repeat(71) });
  assert.deepEqual(await json(answer), {
    encoding: 'ucs2',
    segments: 2,
    units: 71,
    charactersLeft: 63,
    unitsPerSegment: 67,
    fits: true,
  });
  assert.equal(gateway.outbox.messages.size, before);
});

test('lists page, filter and refuse what they do not know', async () => {
  await gateway.call('POST', '/v1/messages', { ...MESSAGE, reference: 'listed' });
  await gateway.call('POST', '/v1/messages', { ...MESSAGE, reference: 'listed' });
  const list = (query: string) => gateway.call('GET', `/v1/messages${query}`);
  const items = async (query: string) =>
    json<{ items: unknown[]; nextCursor: string | null }>(list(query));
  const first = await items('?reference=listed&limit=1');
  assert.equal(first.items.length, 1);
  const second = await items(`?reference=listed&limit=1&cursor=${first.nextCursor}`);
  assert.equal(second.items.length, 1);
  assert.equal(second.nextCursor, null);
  assert.equal((await items('?to=089610707901&reference=listed')).items.length, 2);
  assert.equal((await items('?since=2099-01-01T00:00:00Z')).items.length, 0);
  for (const [query, parameter] of [
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?limit=ten', 'limit'],
    ['?limit=0x10', 'limit'],
    ['?limit=1e1', 'limit'],
    ['?limit=%205', 'limit'],
    ['?status=lost', 'status'],
    ['?since=yesterday', 'since'],
    ['?referense=x', 'referense'],
    ['?cursor=%00', 'cursor'],
    ['?limit=1&limit=2', 'limit'],
    ['?to=x', 'to'],
  ] as const) {
    const answer = await list(query);
    assert.equal(answer.status, 422, query);
    const { errors } = await json<{ errors: Record<string, string>[] }>(answer);
    assert.deepEqual(Object.keys(errors[0] ?? {}), ['parameter', 'detail']);
    assert.equal(errors[0]?.['parameter'], parameter);
  }
  assert.equal((await list('?reference=%ff')).status, 400);
});

test('cancel, bulk cancel and resolve', async () => {
  const create = async (more: object): Promise<MessageId> =>
    (await json<{ id: MessageId }>(gateway.call('POST', '/v1/messages', { ...MESSAGE, ...more })))
      .id;
  const one = await create({});
  const canceled = await gateway.call('DELETE', `/v1/messages/${one}`);
  assert.equal(canceled.status, 200);
  assert.equal((await json(canceled))['status'], 'canceled');
  assert.equal((await gateway.call('DELETE', `/v1/messages/${one}`)).status, 409);
  assert.equal((await gateway.call('DELETE', '/v1/messages/nothing')).status, 404);

  const two = await create({ reference: 'bulk' });
  const three = await create({ reference: 'bulk' });
  const cancel = (body: object) => gateway.call('POST', '/v1/messages/cancel', body);
  assert.deepEqual(await json(cancel({ reference: 'bulk' })), { canceled: 2 });
  assert.deepEqual(await json(cancel({ ids: [two, three, 'x'] })), { canceled: 0 });
  for (const wrong of [{}, { reference: 'a', to: '123' }, { ids: [] }, { ids: 'x' }, { to: 'x' }]) {
    assert.equal((await cancel(wrong)).status, 422);
  }

  const four = await create({});
  const resolve = (action: string) =>
    gateway.call('POST', `/v1/messages/${four}/resolve`, { action });
  assert.equal((await resolve('sent')).status, 409);
  gateway.outbox.setStatus(four, 'uncertain');
  assert.equal((await resolve('drop')).status, 422);
  assert.equal((await json(resolve('sent')))['status'], 'sent');
});

test('an Idempotency-Key makes a repetition harmless and a different body visible', async () => {
  const before = gateway.outbox.messages.size;
  const key = { 'Idempotency-Key': 'order 4711' };
  const post = (body: unknown, headers: Record<string, string>) =>
    gateway.call('POST', '/v1/messages', body, headers);
  const first = await post({ ...MESSAGE, metadata: { a: 1, b: 2 } }, key);
  const spelled = '{"metadata":{"b":2,"a":1},"text":"pesan","to":"+62 896-1070-7901"}';
  const again = await post(spelled, key);
  assert.deepEqual([first.status, again.status], [202, 200]);
  assert.equal((await json(again))['id'], (await json(first))['id']);
  const other = await post({ ...MESSAGE, text: 'lain' }, key);
  assert.equal(other.status, 422);
  assert.equal((await json(other))['code'], 'idempotency-key-reused');
  assert.equal(gateway.outbox.messages.size, before + 1);

  const send = () =>
    gateway.call(
      'POST',
      '/v1/messages/batch',
      { messages: [MESSAGE, MESSAGE] },
      { 'Idempotency-Key': 'batch' },
    );
  const answers = [await send(), await send()];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [202, 200],
  );
  const [one, two] = await Promise.all(
    answers.map((answer) => json<{ messages: { id: string }[] }>(answer)),
  );
  assert.deepEqual(
    two?.messages.map(({ id }) => id),
    one?.messages.map(({ id }) => id),
  );
  for (const bad of ['x'.repeat(256), 'tab\there', 'ü']) {
    assert.equal((await post(MESSAGE, { 'Idempotency-Key': bad })).status, 400, bad);
  }
});
