import { type AnyField, fieldsOf, type Leaf } from './field.ts';
import { nearest } from './nearest.ts';
import { SCHEMA } from './schema.ts';

/** Names with the same beginning that are not settings. */
const OTHER_USES = /^PISANG_(CONFIG|KEY|URL|TEST_.*|CHILD_.*)$/;

export interface EnvironmentLayer {
  /** Settings found, in the shape of the configuration file. */
  readonly values: Record<string, unknown>;
  /** Field path (`http.listen`) → name of its variable. */
  readonly names: ReadonlyMap<string, string>;
  /** Names that begin with `PISANG_` and are no setting. Not faults: others use such names too. */
  readonly warnings: readonly string[];
}

/** `http.bodyLimitBytes` → `PISANG_HTTP_BODY_LIMIT_BYTES`. */
export function environmentName(path: string): string {
  return `PISANG_${path
    .replace(/[.[]/g, '_')
    .replace(/\]/g, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}

/**
 * Reads every setting that the environment names. Lists take commas or JSON; an empty value or
 * `null` is null where the field allows it; fields of a modem carry its place in the list, counted
 * from 0: `PISANG_MODEMS_0_PORT`.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  modemCount: number,
): EnvironmentLayer {
  const leaves = listLeaves(modemCount);
  const values: Record<string, unknown> = {};
  const names = new Map<string, string>();
  const warnings: string[] = [];
  for (const [name, raw] of Object.entries(environment)) {
    if (raw === undefined || !name.startsWith('PISANG_') || OTHER_USES.test(name)) {
      continue;
    }
    const found = leaves.get(name);
    if (found === undefined) {
      const hint = nearest(name, [...leaves.keys()])?.name ?? '';
      warnings.push(`${name}: no such setting, ignored; the nearest is ${hint}`);
      continue;
    }
    put(values, found.path, parseValue(raw, found.leaf));
    names.set(found.path, name);
  }
  return { values, names, warnings };
}

/** Every variable's name with its field; one more modem than there are, so that one can be added. */
function listLeaves(
  modemCount: number,
): ReadonlyMap<string, { readonly path: string; readonly leaf: Leaf<unknown> }> {
  const leaves = new Map<string, { path: string; leaf: Leaf<unknown> }>();
  const walk = (fields: object, prefix: string): void => {
    for (const [key, field] of fieldsOf(fields)) {
      visit(field, `${prefix}${key}`);
    }
  };
  const visit = (field: AnyField, path: string): void => {
    if (field.kind === 'leaf') {
      leaves.set(environmentName(path), { path, leaf: field });
    } else if (field.kind === 'group') {
      walk(field.fields, `${path}.`);
    } else {
      for (let index = 0; index <= modemCount; index += 1) {
        walk(field.fields, `${path}[${index}].`);
      }
    }
  };
  walk(SCHEMA, '');
  return leaves;
}

/** What cannot be read stays the string it is, for the validator to name. */
function parseValue(raw: string, leaf: Leaf<unknown>): unknown {
  if (leaf.nullable && (raw === '' || raw === 'null')) {
    return null;
  }
  switch (leaf.type) {
    case 'integer':
      return /^-?\d{1,15}$/.test(raw) ? Number(raw) : raw;
    case 'boolean':
      return raw === 'true' || raw === '1' ? true : raw === 'false' || raw === '0' ? false : raw;
    case 'texts':
      return parseList(raw);
    case 'text':
      return raw;
  }
}

function parseList(raw: string): unknown {
  if (raw.startsWith('["') || raw === '[]') {
    try {
      return JSON.parse(raw);
    } catch {
      return raw;
    }
  }
  return raw
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Sets `a.b` or `a[0].b` in a tree of plain objects and arrays, making what is missing. */
function put(tree: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  let here: Record<string, unknown> = tree;
  for (const step of steps.slice(0, -1)) {
    const next = here[step];
    const made = typeof next === 'object' && next !== null ? next : {};
    here[step] = made;
    here = made as Record<string, unknown>;
  }
  here[steps.at(-1) ?? ''] = value;
}
