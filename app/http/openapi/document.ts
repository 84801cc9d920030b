import { PROBLEMS, type ProblemCode } from './problem-table.ts';
import { STORING } from './routes/enqueue.ts';
import type { Route } from './routes/route.ts';
import type { Schema } from './schema-words.ts';
import { SCHEMAS } from './schemas.ts';

/** Refusals that every call can meet. */
const EVERYWHERE: readonly ProblemCode[] = [
  'bad-request',
  'foreign-host',
  'request-timeout',
  'uri-too-long',
  'headers-too-large',
  'shutting-down',
  'too-many-connections',
];
const WITH_KEY: readonly ProblemCode[] = [
  'key-missing',
  'key-unknown',
  'address-refused',
  'scope-missing',
  'rate-limited',
  'too-many-bad-keys',
];
const WITH_BODY: readonly ProblemCode[] = [
  'bad-json',
  'bad-utf8',
  'body-too-large',
  'media-type-unsupported',
  'transfer-coding-unsupported',
  'invalid-fields',
];

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, unknown>> & {
    readonly schemas: Readonly<Record<string, Schema>>;
  };
  readonly [more: string]: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
  readonly [more: string]: unknown;
}

/** The two calls served ahead of the router, described like the others. */
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

function operation(route: Omit<Route, 'handle'>): Operation {
  const parameters = [
    ...[...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
      name: match[1],
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(route.query ?? []).map(({ name, schema }) => ({ name, in: 'query', schema })),
    ...(route.idempotent === true
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
          },
        ]
      : []),
  ];
  const needsKey = route.access !== 'public' && route.access !== 'loopback';
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: accessSentence(route),
    security: needsKey ? [{ key: [] }] : [{}],
    ...(needsKey ? { 'x-scope': route.access } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: route.body.optional !== true,
            content: { 'application/json': { schema: schemaRef(route.body.schema) } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, { means, schema, type }]) => [
          status,
          {
            description: means,
            headers: { 'X-Request-Id': { schema: { type: 'string' } } },
            content: {
              [type ?? 'application/json']: {
                schema: schema === undefined ? { type: 'string' } : schemaRef(schema),
              },
            },
          },
        ]),
      ),
      ...refusals(
        [
          ...EVERYWHERE,
          ...(needsKey ? WITH_KEY : []),
          ...(route.access === 'loopback' ? (['address-refused'] as const) : []),
          ...(route.body === undefined ? [] : WITH_BODY),
          ...route.problems,
        ],
        new Set(Object.keys(route.answers)),
      ),
    },
  };
}

/** Refusals by status, their codes named. */
function refusals(
  codes: readonly ProblemCode[],
  taken: ReadonlySet<string>,
): Record<string, { description: string; content: object }> {
  const byStatus = new Map<string, Set<ProblemCode>>();
  for (const code of codes) {
    const status = String(PROBLEMS[code].status);
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const answers: Record<string, { description: string; content: object }> = {};
  for (const [status, names] of byStatus) {
    if (!taken.has(status)) {
      answers[status] = {
        description: [...names].map((code) => `\`${code}\` ${PROBLEMS[code].title}`).join(' · '),
        content: { 'application/problem+json': { schema: schemaRef('Problem') } },
      };
    }
  }
  return answers;
}

function legacyOperation(method: 'get' | 'post'): Operation {
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

function accessSentence({ access, idempotent }: Omit<Route, 'handle'>): string {
  const who =
    access === 'public'
      ? 'Open to all.'
      : access === 'loopback'
        ? 'From the machine itself only.'
        : `Needs a key with the scope \`${access}\` (or \`admin\`).`;
  return idempotent === true
    ? `${who} With \`Idempotency-Key\` a repetition of the same body is answered 200 and stores nothing.`
    : who;
}

function schemaRef(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
