import { type AnyField, fieldsOf, type LeafRule } from './field.ts';
import { SCHEMA } from './schema.ts';

function objectRule(fields: object): LeafRule {
  const entries = fieldsOf(fields);
  return {
    type: 'object',
    additionalProperties: false,
    required: entries.map(([name]) => name),
    properties: Object.fromEntries(entries.map(([name, field]) => [name, ruleOf(field)])),
  };
}

function ruleOf(field: AnyField): LeafRule {
  switch (field.kind) {
    case 'leaf':
      return field.rule;
    case 'group':
      return { ...objectRule(field.fields), nullable: field.nullable };
    case 'list':
      return { type: 'array', minItems: 1, maxItems: 32, items: objectRule(field.fields) };
  }
}

/** The configuration as a JSON Schema; built into `compiled-checks.js`. */
export const CONFIG_RULE: LeafRule = objectRule(SCHEMA);
