import { STORING } from '../routes/enqueue.ts';
import type { Operation } from './operation.ts';
import { EVERYWHERE, refusals, WITH_KEY } from './refusals.ts';

/** `/s.py`, which is no route: it answers in plain sentences. */
export function legacyOperation(method: 'get' | 'post'): Operation {
  const fields = [
    { name: 'rcpt', description: 'Recipient, as `to`.' },
    { name: 'msg', description: 'Text.' },
    { name: 'key', description: 'API key, where the header is not used.' },
  ];
  const text = { 'text/plain': { schema: { type: 'string' } } };
  const codes = [
    ...new Set([
      ...EVERYWHERE,
      ...WITH_KEY,
      'cross-site',
      'invalid-fields',
      'bad-query',
      ...STORING,
    ] as const),
  ];
  return {
    operationId: method === 'get' ? 'legacySendByQuery' : 'legacySendByForm',
    tags: ['messages'],
    summary: 'The original service’s call',
    description:
      'From addresses of `legacy.allowFrom` only; with a key unless `legacy.requireKey` is off. Refused from pages of other sites. Errors are one plain sentence.',
    security: [{ key: [] }, { keyInQuery: [] }, {}],
    ...(method === 'get'
      ? {
          parameters: fields.map(({ name, description }) => ({
            name,
            in: 'query',
            description,
            required: name !== 'key',
            schema: { type: 'string' },
          })),
        }
      : {
          requestBody: {
            required: true,
            content: {
              'application/x-www-form-urlencoded': {
                schema: {
                  type: 'object',
                  required: ['rcpt', 'msg'],
                  properties: Object.fromEntries(
                    fields.map(({ name, description }) => [name, { type: 'string', description }]),
                  ),
                },
              },
            },
          },
        }),
    responses: {
      '200': {
        description: '`queued <id>` and a line feed, always the same length.',
        content: text,
      } as {
        description: string;
      },
      ...Object.fromEntries(
        Object.entries(refusals(codes, new Set(['200']))).map(([status, { description }]) => [
          status,
          { description, content: text },
        ]),
      ),
    },
  };
}
