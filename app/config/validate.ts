import type { ErrorObject } from 'ajv';
import { CONFIG_RULE } from './compiled-checks.js';

/** What is wrong with the value at a path: `http.listen[0]`. */
export type Fault =
  | { readonly kind: 'unknown'; readonly parent: string; readonly name: string }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'wrong'; readonly path: string };

/** Checks a complete configuration against the schema; no faults means that it is one. */
export function findFaults(value: unknown): readonly Fault[] {
  if (CONFIG_RULE(value)) {
    return [];
  }
  const faults = new Map<string, Fault>();
  for (const error of CONFIG_RULE.errors ?? []) {
    const fault = toFault(error);
    faults.set(JSON.stringify(fault), fault);
  }
  return [...faults.values()];
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
