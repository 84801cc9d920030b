import { MESSAGE_STATUSES } from '../domain/message.ts';
import { SCOPES } from '../outbox/contract.ts';
import { PROBLEMS } from './problem-table.ts';

/** JSON Schema 2020-12, as OpenAPI 3.1 uses it. */
export type Schema = Readonly<Record<string, unknown>>;

export const TEXT_LIMIT_CHARACTERS = 1_530;
export const REFERENCE_LIMIT_CHARACTERS = 128;
export const BATCH_LIMIT = 1_000;
export const PAGE_LIMIT = 100;
/** 63 weeks, the longest TP-VP (23.040 §9.2.3.12). */
export const VALIDITY_LIMIT_SECONDS = 38_102_400;

const string = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  description,
  ...more,
});
const orNull = (schema: Schema): Schema => ({
  ...schema,
  type: [schema['type'], 'null'],
  ...(Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {}),
});
const time = (description: string): Schema => string(description, { format: 'date-time' });
const integer = (description: string, more: Schema = {}): Schema => ({
  type: 'integer',
  description,
  ...more,
});
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const listOf = (name: string): Schema => ({
  type: 'object',
  required: ['items', 'nextCursor'],
  properties: {
    items: { type: 'array', items: ref(name) },
    nextCursor: {
      type: ['string', 'null'],
      description: 'Give it as `cursor` to get the next page; null on the last one.',
    },
  },
});

/** The body of `POST /v1/messages`; the same object is compiled into the validator. */
export const MESSAGE_INPUT: Schema = {
  type: 'object',
  required: ['to', 'text'],
  additionalProperties: false,
  properties: {
    to: string(
      'Recipient: `+` and 8–15 digits, a national number of `defaultRegion`, or a short code of 3–8 digits.',
      { minLength: 1, maxLength: 40, examples: ['+6289610707901', '089610707901'] },
    ),
    text: string('What is sent: 1–10 SMS parts.', {
      minLength: 1,
      maxLength: TEXT_LIMIT_CHARACTERS,
      examples: ['pesan'],
    }),
    modem: orNull(string('Id of the only modem that may send it.', { maxLength: 64 })),
    sendAt: orNull(time('Not before this time; at most 90 days ahead. A past time means at once.')),
    validitySeconds: orNull(
      integer('Give up after this time.', { minimum: 1, maximum: VALIDITY_LIMIT_SECONDS }),
    ),
    priority: string('Higher ones overtake.', {
      enum: ['high', 'normal', 'low'],
      default: 'normal',
    }),
    flash: {
      type: 'boolean',
      description: 'Show at once, do not store (class 0).',
      default: false,
    },
    encoding: string('`auto` takes GSM-7 where it can carry the text, else UCS-2.', {
      enum: ['auto', 'gsm7', 'ucs2'],
      default: 'auto',
    }),
    deliveryReport: {
      type: 'boolean',
      description: 'Ask the network whether it arrived.',
      default: true,
    },
    onUncertain: string(
      'When the outcome of a hand-over is unknown: wait for a person, or send again (may arrive twice).',
      { enum: ['hold', 'resend'] },
    ),
    reference: orNull(
      string('Your own name for it; lists and bulk cancel filter by it.', {
        minLength: 1,
        maxLength: REFERENCE_LIMIT_CHARACTERS,
      }),
    ),
    metadata: {
      type: ['object', 'null'],
      description: 'Anything of yours, at most 4 KiB as JSON; kept and given back, never read.',
    },
  },
};

export const ESTIMATE_INPUT: Schema = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: {
    to: string('Not used; so that the body of a message can be sent as it is.'),
    text: string('The text to count.', { minLength: 1, maxLength: 100_000 }),
    encoding: string('As for a message.', { enum: ['auto', 'gsm7', 'ucs2'], default: 'auto' }),
  },
};

export const BULK_CANCEL_INPUT: Schema = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    ids: {
      type: 'array',
      minItems: 1,
      maxItems: BATCH_LIMIT,
      items: string('Id of a message.', { maxLength: 64 }),
    },
    reference: string('All with this `reference`.', {
      minLength: 1,
      maxLength: REFERENCE_LIMIT_CHARACTERS,
    }),
    to: string('All to this recipient.', { minLength: 1, maxLength: 40 }),
  },
};

export const RESOLVE_INPUT: Schema = {
  type: 'object',
  required: ['action'],
  additionalProperties: false,
  properties: {
    action: string(
      '`resend`: send the uncertain and unsent parts again · `sent`: count it as sent · `cancel`: send nothing more.',
      { enum: ['resend', 'sent', 'cancel'] },
    ),
  },
};

export const EMPTY_INPUT: Schema = { type: 'object', additionalProperties: false, properties: {} };
export const UNLOCK_INPUT: Schema = {
  type: 'object',
  required: ['pin'],
  additionalProperties: false,
  properties: {
    pin: string('4–8 digits; with `puk` the new PIN.', { pattern: '^[0-9]{4,8}$' }),
    puk: orNull(string('8 digits, when the card asks for its PUK.', { pattern: '^[0-9]{8}$' })),
  },
};
export const USSD_INPUT: Schema = {
  type: 'object',
  required: ['code'],
  additionalProperties: false,
  properties: { code: string('For example `*888#`.', { pattern: '^[0-9*#+]{1,64}$' }) },
};
export const SELF_TEST_INPUT: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    to: orNull(string('Also send a test SMS to this number.', { minLength: 1, maxLength: 40 })),
  },
};

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
          required: ['pointer', 'detail'],
          properties: {
            pointer: string('JSON Pointer into the body; the name of a query parameter in a GET.'),
            detail: string('What is wrong there.'),
          },
        },
      },
      requestId: string('As in X-Request-Id.'),
    },
  },
  Scope: { type: 'string', enum: [...SCOPES] },
};
