import { type InboundId, isMessageId } from '../../domain/ids.ts';
import type { HttpContext } from '../context.ts';
import { inboundResource } from '../resource.ts';
import { pageOf, sinceOf } from './query.ts';
import { PAGE_QUERY, type Route, refuse } from './route.ts';

/** Reading received SMS. */
export function inboxRoutes({ outbox }: HttpContext): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/inbox',
      id: 'listInbox',
      tag: 'inbox',
      summary: 'Received messages, newest first',
      access: 'inbox:read',
      query: [
        { name: 'from', schema: { type: 'string', description: 'Exactly as shown in `from`.' } },
        {
          name: 'since',
          schema: { type: 'string', format: 'date-time', description: 'Received at or after.' },
        },
        ...PAGE_QUERY,
      ],
      answers: { 200: { means: 'One page.', schema: 'InboundList' } },
      problems: ['invalid-fields', 'bad-query'],
      handle: async ({ query }) => {
        const from = query['from'];
        const page = await outbox.listInbound({
          ...pageOf(query),
          ...sinceOf(query),
          ...(from === undefined ? {} : { from: from.replace(/^ /, '+') }),
        });
        return {
          status: 200,
          body: { items: page.items.map(inboundResource), nextCursor: page.nextCursor },
        };
      },
    },
    {
      method: 'GET',
      path: '/v1/inbox/{id}',
      id: 'getInbound',
      tag: 'inbox',
      summary: 'One received message',
      access: 'inbox:read',
      answers: { 200: { means: 'The message.', schema: 'Inbound' } },
      problems: ['inbound-not-found'],
      handle: async ({ params }) => {
        const id = params['id'] ?? '';
        const record = isMessageId(id) ? await outbox.getInbound(id as string as InboundId) : null;
        return { status: 200, body: inboundResource(record ?? refuse('inbound-not-found')) };
      },
    },
  ];
}
