import { MESSAGE_STATUSES } from '../domain/message.ts';
import { SCOPES } from '../domain/scopes.ts';
import {
  BATCH_LIMIT,
  BULK_CANCEL_INPUT,
  EMPTY_INPUT,
  ESTIMATE_INPUT,
  MESSAGE_INPUT,
  RESOLVE_INPUT,
  SELF_TEST_INPUT,
  UNLOCK_INPUT,
  USSD_INPUT,
} from './input-schemas.ts';
import { PROBLEMS } from './problem-table.ts';
import { integer, listOf, orNull, ref, type Schema, string, time } from './schema-words.ts';

const MESSAGE: Schema = {
  type: 'object',
  required: [
    'id',
    'status',
    'to',
    'text',
    'encoding',
    'segments',
    'attempts',
    'queuePosition',
    'estimatedSendAt',
    'createdAt',
    'sentAt',
    'deliveredAt',
    'modem',
    'error',
  ],
  properties: {
    id: string('UUIDv7, always 36 characters.', { minLength: 36, maxLength: 36 }),
    status: string('Where it is.', { enum: [...MESSAGE_STATUSES] }),
    to: string('E.164, or the short code.'),
    text: string('As accepted.'),
    encoding: string('As it is sent.', { enum: ['gsm7', 'ucs2'] }),
    segments: integer('SMS parts.', { minimum: 1, maximum: 10 }),
    attempts: integer('Hand-overs that counted.', { minimum: 0 }),
    queuePosition: {
      type: ['integer', 'null'],
      description: '1 is next; null beyond 1,000, when not queued, and in the answer to the POST.',
    },
    estimatedSendAt: orNull(time('A guess from the present speed; null where there is none.')),
    createdAt: time('When it was accepted.'),
    sentAt: orNull(time('When the network took the last part.')),
    deliveredAt: orNull(time('When the last part arrived.')),
    modem: orNull(string('The modem it is bound to.')),
    error: {
      oneOf: [{ type: 'null' }, ref('MessageError')],
      description: 'Why it failed, or why it waits.',
    },
    priority: string('As given.', { enum: ['high', 'normal', 'low'] }),
    flash: { type: 'boolean' },
    deliveryReport: { type: 'boolean' },
    onUncertain: string('As given.', { enum: ['hold', 'resend'] }),
    sendAt: orNull(time('As given.')),
    validitySeconds: { type: ['integer', 'null'] },
    reference: { type: ['string', 'null'] },
    metadata: { type: ['object', 'null'] },
    parts: {
      type: 'array',
      description: 'Not in lists.',
      items: {
        type: 'object',
        required: ['number', 'status', 'reference'],
        properties: {
          number: integer('1-based.'),
          status: string('Where the part is.', {
            enum: [
              'pending',
              'handed-over',
              'sent',
              'delivered',
              'undelivered',
              'failed',
              'uncertain',
            ],
          }),
          reference: { type: ['integer', 'null'], description: 'TP-MR of the modem.' },
        },
      },
    },
    timeline: {
      type: 'array',
      description: 'All that happened, oldest first. Not in lists.',
      items: {
        type: 'object',
        required: ['at', 'event', 'detail'],
        properties: {
          at: time('When.'),
          event: string('What.'),
          detail: { type: ['string', 'null'] },
        },
      },
    },
  },
};

/** `components.schemas` of the document. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  MessageInput: MESSAGE_INPUT,
  BatchInput: {
    type: 'object',
    required: ['messages'],
    additionalProperties: false,
    properties: {
      messages: { type: 'array', minItems: 1, maxItems: BATCH_LIMIT, items: ref('MessageInput') },
    },
  },
  EstimateInput: ESTIMATE_INPUT,
  BulkCancelInput: BULK_CANCEL_INPUT,
  ResolveInput: RESOLVE_INPUT,
  EmptyInput: EMPTY_INPUT,
  UnlockInput: UNLOCK_INPUT,
  UssdInput: USSD_INPUT,
  SelfTestInput: SELF_TEST_INPUT,
  Message: MESSAGE,
  MessageError: {
    type: 'object',
    required: ['code', 'class', 'title', 'remedy'],
    properties: {
      code: string('Stable, for example `cms-38`.'),
      class: string('What it means for the message.', {
        enum: ['retry', 'number', 'operator', 'modem', 'unknown-outcome'],
      }),
      title: ref('Bilingual'),
      remedy: ref('Bilingual'),
    },
  },
  Bilingual: {
    type: 'object',
    required: ['en', 'id'],
    properties: { en: string('English.'), id: string('Bahasa Indonesia.') },
  },
  MessageList: listOf('Message'),
  MessageBatch: {
    type: 'object',
    required: ['messages'],
    properties: { messages: { type: 'array', items: ref('Message') } },
  },
  Estimate: {
    type: 'object',
    required: ['encoding', 'segments', 'units', 'charactersLeft', 'unitsPerSegment', 'fits'],
    properties: {
      encoding: string('What would be used.', { enum: ['gsm7', 'ucs2'] }),
      segments: integer('SMS parts.'),
      units: integer('Septets (GSM-7; an extension character takes two) or UTF-16 units (UCS-2).'),
      charactersLeft: integer('Units left in the last part; an emoji takes two in UCS-2.'),
      unitsPerSegment: integer('Units a part can carry.'),
      fits: { type: 'boolean', description: 'Whether it is at most 10 parts.' },
    },
  },
  CancelCount: {
    type: 'object',
    required: ['canceled'],
    properties: { canceled: integer('How many were canceled.', { minimum: 0 }) },
  },
  Inbound: {
    type: 'object',
    required: [
      'id',
      'from',
      'text',
      'receivedAt',
      'sentAt',
      'modem',
      'parts',
      'partsReceived',
      'encoding',
      'lossy',
    ],
    properties: {
      id: string('UUIDv7.', { minLength: 36, maxLength: 36 }),
      from: string('E.164, a short code, or a name.'),
      text: string('Decoded and joined.'),
      receivedAt: time('When it was stored here.'),
      sentAt: orNull(time('Time stamp of the service centre.')),
      modem: string('Which modem received it.'),
      parts: integer('Parts it has.'),
      partsReceived: integer('Parts that came.'),
      encoding: string('As received.', { enum: ['gsm7', 'ucs2', '8bit'] }),
      lossy: { type: 'boolean', description: 'Some characters could not be decoded.' },
    },
  },
  InboundList: listOf('Inbound'),
  Modem: {
    type: 'object',
    description: 'As in `modems[]` of `/v1/status`. IMEI and ICCID only with the scope admin.',
    required: ['id', 'state', 'sim', 'radio', 'sending'],
    properties: { id: string('As configured.'), state: string('What it does.') },
  },
  ModemList: listOf('Modem'),
  ActionResult: {
    type: 'object',
    required: ['ok', 'detail'],
    properties: { ok: { const: true }, detail: string('One sentence of the modem worker.') },
  },
  SelfTestResult: {
    type: 'object',
    required: ['ok', 'detail'],
    properties: {
      ok: { const: true },
      detail: string('One sentence of the modem worker.'),
      messageId: string('With `to`: id of the test SMS, which is on the disk.'),
    },
  },
  Status: { type: 'object', description: 'What the status page shows. Redacted without a key.' },
  Health: {
    type: 'object',
    required: ['status'],
    properties: { status: string('`ok`, or the code of what is wrong.') },
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457.',
    required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
    properties: {
      type: string('Where the code is explained.'),
      title: string('The code in words.'),
      status: integer('As in the status line.'),
      code: string('Stable.', { enum: Object.keys(PROBLEMS) }),
      detail: string('What to do.'),
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['detail'],
          properties: {
            pointer: string('JSON Pointer (RFC 6901) into the body, where the fault is there.'),
            parameter: string('Name of the query parameter, where the fault is there.'),
            detail: string('What is wrong there.'),
          },
        },
      },
      requestId: string('As in X-Request-Id.'),
    },
  },
  Scope: { type: 'string', enum: [...SCOPES] },
};
