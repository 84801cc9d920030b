import { integer, orNull, type Schema, string, time } from './schema-words.ts';

const TEXT_LIMIT_CHARACTERS = 1_530;
const REFERENCE_LIMIT_CHARACTERS = 128;
export const BATCH_LIMIT = 1_000;
export const PAGE_LIMIT = 100;
/** 63 weeks, the longest TP-VP (23.040 §9.2.3.12). */
const VALIDITY_LIMIT_SECONDS = 38_102_400;

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
      integer('Give up this long after acceptance; must end after `sendAt`.', {
        minimum: 1,
        maximum: VALIDITY_LIMIT_SECONDS,
      }),
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
    force: {
      type: 'boolean',
      description: 'Use the last try of the PIN, too; a wrong one then asks for the PUK.',
    },
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
