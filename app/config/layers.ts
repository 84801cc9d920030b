import { fieldsOf } from './field.ts';

type Tree = Record<string, unknown>;

export function isObject(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `over` on top of `under`: objects are merged field by field, all else is replaced. An object with
 * numbers as keys changes single items of a list (that is how the environment names modems).
 */
export function merge(under: unknown, over: unknown): unknown {
  if (Array.isArray(under) && isObject(over)) {
    const list: unknown[] = [...under];
    for (const [index, value] of Object.entries(over)) {
      list[Number(index)] = merge(list[Number(index)], value);
    }
    return list;
  }
  if (!isObject(under) || !isObject(over)) {
    return over;
  }
  const result: Tree = { ...under };
  for (const [key, value] of Object.entries(over)) {
    define(result, key, merge(under[key], value));
  }
  return result;
}

/** Fills in what is missing; leaves wrong and unknown things for the validator to name. */
export function withDefaults(fields: object, given: unknown): unknown {
  if (!isObject(given)) {
    return given;
  }
  const result: Tree = {};
  for (const [key, field] of fieldsOf(fields)) {
    const value = Object.hasOwn(given, key) ? given[key] : undefined;
    if (field.kind === 'leaf') {
      const one = field.type === 'texts' && typeof value === 'string';
      const chosen = value === undefined ? field.default : one ? [value] : value;
      if (chosen !== undefined) {
        result[key] = chosen;
      }
    } else if (field.kind === 'group') {
      if (value === undefined && field.nullable) {
        result[key] = null;
      } else if (value === null) {
        result[key] = null;
      } else {
        result[key] = withDefaults(field.fields, value === undefined ? {} : value);
      }
    } else {
      const list = value === undefined ? field.default : value;
      result[key] = Array.isArray(list)
        ? list.map((item: unknown) => withDefaults(field.fields, item))
        : list;
    }
  }
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(result, key)) {
      define(result, key, value);
    }
  }
  return result;
}

/** Whether a path such as `http.listen[0]` is set in a layer. */
export function has(tree: unknown, path: string): boolean {
  let here: unknown = tree;
  for (const step of stepsOf(path)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) {
      return false;
    }
    here = (here as Tree)[step];
  }
  return true;
}

export function valueAt(tree: unknown, path: string): unknown {
  return stepsOf(path).reduce<unknown>(
    (here, step) => (typeof here === 'object' && here !== null ? (here as Tree)[step] : undefined),
    tree,
  );
}

function stepsOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== '');
}

/** Sets an own property whatever its name, `__proto__` included. */
function define(target: Tree, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
