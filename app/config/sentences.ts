import { onlyBeginning } from '../domain/nearest.ts';
import { type AnyField, fieldsOf } from './field.ts';
import { valueAt } from './layers.ts';
import { nearest } from './nearest.ts';
import { SCHEMA } from './schema.ts';
import type { Fault } from './validate.ts';

/** One line for a fault: the field first, then what it must be, then what it is and where from. */
export function sentenceFor(
  fault: Fault,
  value: unknown,
  originOf: (path: string) => string,
): string {
  if (fault.kind === 'unknown') {
    const path = fault.parent === '' ? fault.name : `${fault.parent}.${fault.name}`;
    return `${path}: no such field; the nearest is ${nearestField(fault.parent, fault.name)}${originOf(path)}`;
  }
  const field = fieldAt(fault.path);
  const says =
    field === null
      ? 'an object with the fields of the reference'
      : field.kind === 'leaf'
        ? field.says
        : field.kind === 'list'
          ? 'a list of 1 to 32 objects'
          : `an object${field.nullable ? ', or null' : ''}`;
  if (fault.kind === 'missing') {
    return `${fault.path}: is missing; it must be ${says}${originOf(fault.path)}`;
  }
  const secret = field?.kind === 'leaf' && field.secret;
  const shown = secret ? 'something else' : show(valueAt(value, fault.path));
  return `${fault.path || 'the configuration'}: must be ${says}, but is ${shown}${originOf(fault.path)}`;
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  }
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The field at `http.listen[0]`: a list of texts stands for its items. */
function fieldAt(path: string): AnyField | null {
  let fields: object = SCHEMA;
  let field: AnyField | null = null;
  for (const step of path.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (/^\d+$/.test(step)) {
      continue;
    }
    field = fieldsOf(fields).find(([name]) => name === step)?.[1] ?? null;
    if (field === null || field.kind === 'leaf') {
      return field;
    }
    fields = field.fields;
  }
  // An item of a list of objects that is not an object.
  return path.endsWith(']') ? null : field;
}

/** A sibling where one is as near as any; else the path of the nearest name elsewhere. */
function nearestField(parent: string, wrong: string): string {
  const parentField = parent === '' ? null : fieldAt(parent.replace(/\[\d+\]$/, ''));
  const siblings =
    parentField === null ? SCHEMA : parentField.kind === 'leaf' ? {} : parentField.fields;
  const names = fieldsOf(siblings).map(([name]) => name);
  const cutShort = onlyBeginning(wrong.toLowerCase(), names);
  const near = cutShort === null ? nearest(wrong, names) : { name: cutShort, distance: 0 };
  const all = allPaths();
  const far = nearest(
    wrong,
    all.map((path) => path.split('.').at(-1) ?? ''),
  );
  if (near !== null && (far === null || near.distance <= far.distance + 1)) {
    return parent === '' ? near.name : `${parent}.${near.name}`;
  }
  return all.find((path) => path.split('.').at(-1) === far?.name) ?? '';
}

function allPaths(fields: object = SCHEMA, prefix: string = ''): string[] {
  return fieldsOf(fields).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    if (field.kind === 'leaf') {
      return [path];
    }
    const inside = field.kind === 'list' ? `${path}[].` : `${path}.`;
    return [path, ...allPaths(field.fields, inside)];
  });
}
