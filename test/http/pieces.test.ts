import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../app/domain/gateway-error.ts';
import { isMessageId, type ModemId } from '../../app/domain/ids.ts';
import type { NewMessage } from '../../app/domain/message.ts';
import { formFields } from '../../app/http/form-fields.ts';
import { messageIds } from '../../app/http/message-ids.ts';
import { acceptedResource, messageResource } from '../../app/http/resource.ts';
import { parseRfc3339 } from '../../app/http/rfc3339.ts';
import { countSegments } from '../../app/http/segments.ts';
import type { MessageRecord } from '../../app/outbox/index.ts';
import { segmentText } from '../../app/pdu/index.ts';
import { modemSnapshot } from '../support/facts.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('counting segments agrees with the codec, short cut or not', () => {
  const character = fc.oneof(
    fc.constantFrom(...'abcXYZ 09\r\n!"#%&\'()*+,-./:;<=>?@_$€[]{}^~|\\`ñÄ£ж'.split(''), '😀'),
    fc.integer({ min: 1, max: 0xd7ff }).map((code) => String.fromCharCode(code)),
  );
  fc.assert(
    fc.property(
      fc.array(character, { minLength: 1, maxLength: 400 }).map((list) => list.join('')),
      fc.constantFrom('auto', 'gsm7', 'ucs2'),
      (text, encoding) => {
        const counted = countSegments(text, encoding);
        try {
          const cut = segmentText(text, { encoding });
          assert.deepEqual(
            counted,
            cut.parts.length > 10
              ? `takes ${cut.parts.length} SMS parts in ${cut.encoding}; at most 10 are allowed, shorten it`
              : { encoding: cut.encoding, segments: cut.parts.length },
          );
        } catch (error) {
          assert.ok(error instanceof GatewayError);
          assert.equal(typeof counted, 'string');
        }
      },
    ),
    { numRuns: 500 },
  );
  for (const length of [159, 160, 161]) {
    for (const character of ['a', '€']) {
      const text = character.repeat(length);
      const cut = segmentText(text, { encoding: 'auto' });
      assert.deepEqual(countSegments(text, 'auto'), {
        encoding: cut.encoding,
        segments: cut.parts.length,
      });
    }
  }
});

test('ids are UUIDv7, differ, and sort by their time', async () => {
  const clock = new FakeClock();
  const next = messageIds(clock, randomBytes);
  const ids = new Set<string>();
  for (let count = 0; count < 3_000; count += 1) {
    const id = next();
    assert.ok(isMessageId(id), id);
    ids.add(id);
  }
  assert.equal(ids.size, 3_000);
  await clock.advance(1);
  const later = next();
  assert.ok([...ids].every((id) => id < later));
  assert.equal(Number.parseInt(later.replace('-', '').slice(0, 12), 16), clock.nowMs());
});

test('the resource put together from pieces is the one JSON.stringify would give', () => {
  const message: NewMessage = {
    id: messageIds(new FakeClock(), randomBytes)(),
    to: '+6289610707901',
    text: 'a "quoted"\n\u2028 ü',
    encoding: 'gsm7',
    segments: 2,
    priority: 'low',
    flash: true,
    deliveryReport: false,
    onUncertain: 'resend',
    modem: null,
    sendAtMs: null,
    validitySeconds: null,
    reference: null,
    metadata: null,
    keyName: 'k',
    createdAtMs: Date.UTC(2026, 0, 1),
  };
  const scheduled: NewMessage = {
    ...message,
    modem: 'modem1' as ModemId,
    sendAtMs: Date.UTC(2026, 0, 2),
    validitySeconds: 60,
    reference: 'r"',
    metadata: '{"a":[1]}',
  };
  for (const one of [message, scheduled, message]) {
    const at = '2026-01-01T00:00:00.000Z';
    const sendAt = one.sendAtMs === null ? null : '2026-01-02T00:00:00.000Z';
    assert.deepEqual(JSON.parse(acceptedResource(one)), {
      id: one.id,
      status: sendAt === null ? 'queued' : 'scheduled',
      to: one.to,
      text: one.text,
      encoding: 'gsm7',
      segments: 2,
      attempts: 0,
      queuePosition: null,
      estimatedSendAt: sendAt,
      createdAt: at,
      sentAt: null,
      deliveredAt: null,
      modem: one.modem,
      error: null,
      priority: 'low',
      flash: true,
      deliveryReport: false,
      onUncertain: 'resend',
      sendAt,
      validitySeconds: one.validitySeconds,
      reference: one.reference,
      metadata: one.metadata === null ? null : { a: [1] },
      parts: [
        { number: 1, status: 'pending', reference: null },
        { number: 2, status: 'pending', reference: null },
      ],
      timeline: [{ at, event: 'accepted', detail: null }],
    });
  }
});

test('form fields read back what URLSearchParams wrote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (rcpt, msg) => {
      const encoded = new URLSearchParams({ x: 'y', rcpt, msg }).toString();
      assert.deepEqual(formFields(encoded, ['rcpt', 'msg', 'key']), {
        values: [rcpt, msg, null],
      });
    }),
  );
  assert.deepEqual(formFields('a&b=', ['a', 'b']), { values: ['', ''] });
  assert.deepEqual(formFields('a=1&a=2', ['a']), { repeated: 'a' });
  assert.equal(formFields('a=%', ['a']), 'malformed');
  assert.deepEqual(formFields('', ['a']), { values: [null] });
});

test('times of RFC 3339, and none else', () => {
  assert.equal(parseRfc3339('2026-11-21T07:00:00Z'), Date.UTC(2026, 10, 21, 7));
  assert.equal(parseRfc3339('2026-11-21T14:00:00.5+07:00'), Date.UTC(2026, 10, 21, 7, 0, 0, 500));
  assert.equal(parseRfc3339('2024-02-29t00:00:00z'), Date.UTC(2024, 1, 29));
  for (const wrong of [
    '2026-11-21',
    '2026-11-21T07:00:00',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00+25:00',
    'tomorrow',
  ]) {
    assert.equal(parseRfc3339(wrong), null, wrong);
  }
});

test('no time is promised on behalf of a modem whose SIM is locked', () => {
  const record = {
    status: 'queued',
    queuePosition: 2,
    modem: null,
    waitUntilMs: null,
    sendAtMs: null,
    sentAtMs: null,
    deliveredAtMs: null,
  };
  const estimate = (sim: 'ready' | 'pin') =>
    messageResource(
      { ...record, errorCode: null, createdAtMs: 0, metadata: null } as unknown as MessageRecord,
      [modemSnapshot({ sim: { state: sim } })],
      0,
    )['estimatedSendAt'];
  assert.notEqual(estimate('ready'), null);
  assert.equal(estimate('pin'), null);
});
