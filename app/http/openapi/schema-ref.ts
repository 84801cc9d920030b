import type { Schema } from '../schema-words.ts';

/** `name` is one under `components.schemas`. */
export function schemaRef(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
