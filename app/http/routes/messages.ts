import { isMessageId, type MessageId } from '../../domain/ids.ts';
import { MESSAGE_STATUSES, type MessageStatus } from '../../domain/message.ts';
import type { ModemSnapshot } from '../../domain/modem-snapshot.ts';
import type { CancelSelection, MessageDetail, ResolveAction } from '../../outbox/contract.ts';
import * as checks from '../compiled-checks.js';
import type { HttpContext } from '../context.ts';
import { BULK_CANCEL_INPUT, RESOLVE_INPUT } from '../input-schemas.ts';
import { invalidField, invalidFields, invalidParameter, type Problem } from '../problems.ts';
import { messageDetail, messageResource } from '../resource.ts';
import { validator } from '../validator.ts';
import { pageOf, sinceOf } from './query.ts';
import { type Answer, type Call, PAGE_QUERY, Refusal, type Route, refuse } from './route.ts';

const NO_NUMBER = 'is no number: give + and 8 to 15 digits, a national number, or a short code';

/** Reading messages, and deciding about those already accepted. */
export function messageRoutes(context: HttpContext): readonly Route[] {
  const { outbox, clock, worker, recipients } = context;
  const checkCancel = validator(BULK_CANCEL_INPUT, checks.BULK_CANCEL_INPUT);
  const checkResolve = validator(RESOLVE_INPUT, checks.RESOLVE_INPUT);
  const modems = (): readonly ModemSnapshot[] => worker.snapshot()?.modems ?? [];

  const idOf = (call: Call): MessageId => {
    const id = call.params['id'] ?? '';
    return isMessageId(id) ? id : refuse('message-not-found');
  };
  const found = async (id: MessageId): Promise<MessageDetail> =>
    (await outbox.getMessage(id)) ?? refuse('message-not-found');
  const showing = async (id: MessageId): Promise<Answer> => ({
    status: 200,
    body: messageDetail(await found(id), modems(), clock.nowMs()),
  });
  const recipientOf = (written: string, refusal: (detail: string) => Problem): string => {
    const recipient = recipients(written);
    if (recipient === null) {
      throw new Refusal(refusal(NO_NUMBER));
    }
    return recipient.address;
  };

  return [
    {
      method: 'GET',
      path: '/v1/messages',
      id: 'listMessages',
      tag: 'messages',
      summary: 'Messages, newest first',
      access: 'messages:read',
      query: [
        { name: 'status', schema: { type: 'string', enum: [...MESSAGE_STATUSES] } },
        { name: 'to', schema: { type: 'string', description: 'As in a message.' } },
        { name: 'reference', schema: { type: 'string', description: 'Exactly this one.' } },
        {
          name: 'since',
          schema: { type: 'string', format: 'date-time', description: 'Created at or after.' },
        },
        ...PAGE_QUERY,
      ],
      answers: { 200: { means: 'One page.', schema: 'MessageList' } },
      problems: ['invalid-fields', 'bad-query'],
      handle: async ({ query }) => {
        const { status, to, reference } = query;
        if (status !== undefined && !isStatus(status)) {
          const detail = `must be one of ${MESSAGE_STATUSES.join(', ')}`;
          throw new Refusal(invalidParameter('status', detail));
        }
        const page = await outbox.listMessages({
          ...pageOf(query),
          ...sinceOf(query),
          ...(status === undefined ? {} : { status }),
          ...(to === undefined ? {} : { to: recipientOf(plusRestored(to), wrongTo) }),
          ...(reference === undefined ? {} : { reference }),
        });
        const nowMs = clock.nowMs();
        return {
          status: 200,
          body: {
            items: page.items.map((record) => messageResource(record, modems(), nowMs)),
            nextCursor: page.nextCursor,
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/v1/messages/{id}',
      id: 'getMessage',
      tag: 'messages',
      summary: 'One message with its parts and timeline',
      access: 'messages:read',
      answers: { 200: { means: 'The message.', schema: 'Message' } },
      problems: ['message-not-found'],
      handle: (call) => showing(idOf(call)),
    },
    {
      method: 'DELETE',
      path: '/v1/messages/{id}',
      id: 'cancelMessage',
      tag: 'messages',
      summary: 'Cancel while it is scheduled or queued',
      access: 'messages:send',
      answers: { 200: { means: 'It is canceled.', schema: 'Message' } },
      problems: ['message-not-found', 'not-cancelable', 'updating'],
      changesMessages: true,
      handle: async (call) => {
        const id = idOf(call);
        const result = await outbox.cancel(id, actorOf(call));
        switch (result.kind) {
          case 'not-found':
            return refuse('message-not-found');
          case 'not-cancelable':
            return refuse('not-cancelable', {
              detail: `The message is ${result.status}; only scheduled and queued ones can be canceled.`,
            });
          case 'canceled':
            return showing(id);
        }
      },
    },
    {
      method: 'POST',
      path: '/v1/messages/cancel',
      id: 'cancelMessages',
      tag: 'messages',
      summary: 'Cancel all that were not handed over, by ids, reference or recipient',
      access: 'messages:send',
      body: { schema: 'BulkCancelInput', limit: 'body' },
      answers: { 200: { means: 'Done.', schema: 'CancelCount' } },
      problems: ['updating'],
      changesMessages: true,
      handle: async (call) => {
        const errors = checkCancel(call.body, '');
        if (errors.length > 0) {
          throw new Refusal(invalidFields(errors));
        }
        const body = call.body as { ids?: string[]; reference?: string; to?: string };
        const selection: CancelSelection =
          body.ids !== undefined
            ? { by: 'ids', ids: body.ids.filter(isMessageId) }
            : body.reference !== undefined
              ? { by: 'reference', reference: body.reference }
              : {
                  by: 'to',
                  to: recipientOf(body.to ?? '', (detail) => invalidField('/to', detail)),
                };
        const { canceled } = await outbox.cancelMany(selection, actorOf(call));
        return { status: 200, body: { canceled } };
      },
    },
    {
      method: 'POST',
      path: '/v1/messages/{id}/resolve',
      id: 'resolveMessage',
      tag: 'messages',
      summary: 'Decide about a message whose outcome is unknown',
      access: 'messages:send',
      body: { schema: 'ResolveInput', limit: 'body' },
      answers: { 200: { means: 'Decided.', schema: 'Message' } },
      problems: ['message-not-found', 'not-uncertain', 'updating'],
      changesMessages: true,
      handle: async (call) => {
        const id = idOf(call);
        const errors = checkResolve(call.body, '');
        if (errors.length > 0) {
          throw new Refusal(invalidFields(errors));
        }
        const { action } = call.body as { action: ResolveAction };
        const result = await outbox.resolve(id, action, actorOf(call));
        switch (result.kind) {
          case 'not-found':
            return refuse('message-not-found');
          case 'not-uncertain':
            return refuse('not-uncertain', {
              detail: `The message is ${result.status}; only an uncertain one can be resolved.`,
            });
          case 'resolved':
            worker.nudge();
            return showing(id);
        }
      },
    },
  ];
}

function actorOf(call: Call): string {
  return call.caller?.name ?? '(unknown)';
}

function wrongTo(detail: string): Problem {
  return invalidParameter('to', detail);
}

function isStatus(text: string): text is MessageStatus {
  return (MESSAGE_STATUSES as readonly string[]).includes(text);
}

/** An unencoded "+" arrives as a space. */
function plusRestored(to: string): string {
  return to.startsWith(' ') ? `+${to.trimStart()}` : to;
}
