import { GatewayError } from '../../domain/gateway-error.ts';
import type { EncodingChoice } from '../../domain/message.ts';
import { segmentText } from '../../pdu/index.ts';
import * as checks from '../compiled-checks.js';
import type { HttpContext } from '../context.ts';
import { BATCH_LIMIT, ESTIMATE_INPUT } from '../input-schemas.ts';
import type { CheckedMessage } from '../message-input.ts';
import type { ProblemCode } from '../problem-table.ts';
import { type FieldError, invalidField, invalidFields } from '../problems.ts';
import { acceptedResource, messageDetail } from '../resource.ts';
import { MOST_SEGMENTS } from '../segments.ts';
import { validator } from '../validator.ts';
import { type Answer, Refusal, type Route, UnknownOutcome } from './route.ts';

const REPORTED_ERRORS = 20;
/** The event loop is given back after so many messages of a batch. */
const MESSAGES_AT_A_TIME = 100;

/** Refusals of every call that stores messages. */
export const STORING: readonly ProblemCode[] = [
  'bad-idempotency-key',
  'idempotency-key-reused',
  'idempotency-in-flight',
  'queue-full',
  'queue-busy',
  'storage-failing',
  'storage-readonly',
  'database-damaged',
  'database-newer',
  'database-missing',
  'storage-full',
  'updating',
];

/** Batch and estimate; the single enqueue is served ahead of the router. */
export function enqueueRoutes(context: HttpContext): readonly Route[] {
  const { outbox, accept, readMessage, worker, clock, counters } = context;
  const checkEstimate = validator(ESTIMATE_INPUT, checks.ESTIMATE_INPUT);

  const readBatch = async (body: unknown): Promise<CheckedMessage[]> => {
    const checked: CheckedMessage[] = [];
    const errors: FieldError[] = [];
    for (const [index, entry] of batchList(body).entries()) {
      const message = readMessage(entry, `/messages/${index}`);
      if ('errors' in message) {
        errors.push(...message.errors);
        if (errors.length >= REPORTED_ERRORS) {
          break;
        }
      } else {
        checked.push(message);
      }
      if (index % MESSAGES_AT_A_TIME === MESSAGES_AT_A_TIME - 1) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
    if (errors.length > 0) {
      throw new Refusal(invalidFields(errors.slice(0, REPORTED_ERRORS)));
    }
    return checked;
  };

  const enqueueBatch: Route['handle'] = async (call): Promise<Answer> => {
    const checked = await readBatch(call.body);
    const outcome = await accept(
      checked,
      call.caller?.name ?? '',
      call.idempotencyKey === undefined ? null : { key: call.idempotencyKey, call: 'batch' },
    );
    switch (outcome.kind) {
      case 'accepted':
        counters.accepted += outcome.messages.length;
        return {
          status: 202,
          body: `{"messages":[${outcome.messages.map(acceptedResource).join(',')}]}`,
        };
      case 'replayed': {
        const modems = worker.snapshot()?.modems ?? [];
        const messages: object[] = [];
        for (const id of outcome.ids) {
          const found = await outbox.getMessage(id);
          messages.push(found === null ? { id } : messageDetail(found, modems, clock.nowMs()));
        }
        return { status: 200, body: { messages }, headers: { 'idempotency-replayed': 'true' } };
      }
      case 'refused':
        throw new Refusal(outcome.refusal);
      case 'unknown':
        throw new UnknownOutcome();
    }
  };

  const estimate: Route['handle'] = ({ body }) => {
    const errors = checkEstimate(body, '');
    if (errors.length > 0) {
      throw new Refusal(invalidFields(errors));
    }
    const { text, encoding = 'auto' } = body as { text: string; encoding?: EncodingChoice };
    try {
      const cut = segmentText(text, { encoding });
      return {
        status: 200,
        body: {
          encoding: cut.encoding,
          segments: cut.parts.length,
          units: cut.units,
          charactersLeft: cut.unitsLeft,
          unitsPerSegment: cut.unitsPerPart,
          fits: cut.parts.length <= MOST_SEGMENTS,
        },
      };
    } catch (error) {
      if (error instanceof GatewayError) {
        throw new Refusal(invalidField('/text', error.message));
      }
      throw error;
    }
  };

  return [
    {
      method: 'POST',
      path: '/v1/messages/batch',
      id: 'enqueueBatch',
      tag: 'messages',
      summary: `Enqueue up to ${BATCH_LIMIT} messages, all or nothing`,
      access: 'messages:send',
      idempotent: true,
      body: { schema: 'BatchInput', limit: 'batch' },
      answers: {
        202: { means: 'All are on the disk, in the order given.', schema: 'MessageBatch' },
        200: { means: 'The same Idempotency-Key and body came before.', schema: 'MessageBatch' },
      },
      problems: STORING,
      handle: enqueueBatch,
    },
    {
      method: 'POST',
      path: '/v1/messages/estimate',
      id: 'estimateMessage',
      tag: 'messages',
      summary: 'How a text would be cut, without sending it',
      access: 'messages:send',
      body: { schema: 'EstimateInput', limit: 'body' },
      answers: { 200: { means: 'The count.', schema: 'Estimate' } },
      problems: [],
      handle: estimate,
    },
  ];
}

function batchList(body: unknown): readonly unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(invalidField('', 'must be a JSON object with the field "messages"'));
  }
  for (const name of Object.keys(body)) {
    if (name !== 'messages') {
      throw new Refusal(
        invalidField(`/${name.slice(0, 100)}`, 'is not a known field; did you mean "messages"?'),
      );
    }
  }
  const list = (body as { messages?: unknown }).messages;
  if (!Array.isArray(list)) {
    throw new Refusal(
      invalidField('/messages', list === undefined ? 'is missing' : 'must be a list'),
    );
  }
  if (list.length === 0 || list.length > BATCH_LIMIT) {
    throw new Refusal(
      invalidField('/messages', `must have 1 to ${BATCH_LIMIT} entries; this has ${list.length}`),
    );
  }
  return list;
}
