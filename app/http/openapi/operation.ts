import type { Route } from '../routes/route.ts';
import { EVERYWHERE, refusals, WITH_BODY, WITH_KEY } from './refusals.ts';
import { schemaRef } from './schema-ref.ts';

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
  readonly [more: string]: unknown;
}

/** One route as an OpenAPI operation. */
export function operation(route: Omit<Route, 'handle'>): Operation {
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
