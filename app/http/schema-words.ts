/** JSON Schema 2020-12, as OpenAPI 3.1 uses it. */
export type Schema = Readonly<Record<string, unknown>>;

type SchemaMaker = (description: string, more?: Schema) => Schema;

export const string: SchemaMaker = (description, more = {}) => ({
  type: 'string',
  description,
  ...more,
});
export const orNull = (schema: Schema): Schema => ({
  ...schema,
  type: [schema['type'], 'null'],
  ...(Array.isArray(schema['enum']) ? { enum: [...schema['enum'], null] } : {}),
});
export const time = (description: string): Schema => string(description, { format: 'date-time' });
export const integer: SchemaMaker = (description, more = {}) => ({
  type: 'integer',
  description,
  ...more,
});
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (name: string): Schema => ({
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
