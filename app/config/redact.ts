import type { GatewayConfig } from '../domain/config.ts';
import { fieldsOf } from './field.ts';
import { isObject } from './layers.ts';
import { SCHEMA } from './schema.ts';

const HIDDEN = '(secret)';

/** The configuration as a plain tree in which every secret that is set reads `(secret)`. */
export function redactConfig(config: GatewayConfig): Record<string, unknown> {
  return redactFields(SCHEMA, { ...config });
}

function redactFields(fields: object, value: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, field] of fieldsOf(fields)) {
    const here = value[name];
    if (field.kind === 'leaf') {
      result[name] = field.secret && here !== null ? HIDDEN : here;
    } else if (Array.isArray(here)) {
      result[name] = here.map((item: unknown) =>
        isObject(item) ? redactFields(field.fields, item) : item,
      );
    } else {
      result[name] = isObject(here) ? redactFields(field.fields, here) : here;
    }
  }
  return result;
}
