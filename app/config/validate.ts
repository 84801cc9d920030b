import { Ajv, type ErrorObject } from 'ajv';
import { type AnyField, fieldsOf, type LeafRule } from './field.ts';
import { FORMATS } from './formats.ts';
import { SCHEMA } from './schema.ts';

/** What is wrong with the value at a path: `http.listen[0]`. */
export type Fault =
  | { readonly kind: 'unknown'; readonly parent: string; readonly name: string }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'wrong'; readonly path: string };

/** Checks a complete configuration against the schema; no faults means that it is one. */
export function findFaults(value: unknown): readonly Fault[] {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  for (const [name, check] of Object.entries(FORMATS)) {
    ajv.addFormat(name, check);
  }
  const validate = ajv.compile(objectRule(SCHEMA));
  if (validate(value)) {
    return [];
  }
  const faults = new Map<string, Fault>();
  for (const error of validate.errors ?? []) {
    const fault = toFault(error);
    faults.set(JSON.stringify(fault), fault);
  }
  return [...faults.values()];
}

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

function toFault(error: ErrorObject): Fault {
  const path = toPath(error.instancePath);
  if (error.keyword === 'additionalProperties') {
    return { kind: 'unknown', parent: path, name: String(error.params['additionalProperty']) };
  }
  if (error.keyword === 'required') {
    const name = String(error.params['missingProperty']);
    return { kind: 'missing', path: path === '' ? name : `${path}.${name}` };
  }
  return { kind: 'wrong', path };
}

/** JSON pointer `/modems/0/port` → `modems[0].port`. */
function toPath(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => {
      if (/^\d+$/.test(step) && path !== '') {
        return `${path}[${step}]`;
      }
      return path === '' ? step : `${path}.${step}`;
    }, '');
}
