import { STORING } from '../routes/enqueue.ts';
import type { Route } from '../routes/route.ts';
import type { Schema } from '../schema-words.ts';
import { SCHEMAS } from '../schemas.ts';
import { legacyOperation } from './legacy-operation.ts';
import { type Operation, operation } from './operation.ts';

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, unknown>> & {
    readonly schemas: Readonly<Record<string, Schema>>;
  };
  readonly [more: string]: unknown;
}

/** The call served ahead of the router that is described like the others. */
const AHEAD: readonly Omit<Route, 'handle'>[] = [
  {
    method: 'POST',
    path: '/v1/messages',
    id: 'enqueueMessage',
    tag: 'messages',
    summary: 'Enqueue a message; 2xx means that it is on the disk',
    access: 'messages:send',
    idempotent: true,
    body: { schema: 'MessageInput', limit: 'body' },
    answers: {
      202: { means: 'Stored; Location names it.', schema: 'Message' },
      200: { means: 'The same Idempotency-Key and body came before.', schema: 'Message' },
    },
    problems: STORING,
  },
];

/** OpenAPI 3.1 of the whole API. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of [...AHEAD, ...routes]) {
    const path = paths[route.path] ?? {};
    paths[route.path] = path;
    path[route.method.toLowerCase()] = operation(route);
  }
  paths['/s.py'] = { get: legacyOperation('get'), post: legacyOperation('post') };
  return {
    openapi: '3.1.0',
    info: {
      title: 'pisang',
      version,
      description:
        'SMS gateway. 2xx means that the message is on the disk; any other status means that it is not in the queue; where that can not be known, the connection is closed without a status. Repeat with the same Idempotency-Key.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: ['messages', 'inbox', 'modems', 'gateway'].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key `psg_…` of `pisang key add`.' },
        keyInQuery: { type: 'apiKey', in: 'query', name: 'key' },
      },
      schemas: SCHEMAS,
    },
  };
}
