import type { ErrorObject, ValidateFunction } from 'ajv';
import { pointerStep } from '../domain/json-pointer.ts';
import { nearestWord } from '../domain/nearest.ts';
import type { FieldError } from './problems.ts';
import type { Schema } from './schema-words.ts';

const REPORTED_ERRORS = 20;

/** Checks an already parsed body; the list is empty when it is right, and has at most 20 entries. */
export type Validator = (body: unknown, at: string) => readonly FieldError[];

const NONE: readonly FieldError[] = [];

/**
 * The check of a flat object schema and what was compiled from it, which lets unknown names pass. They
 * are looked for by hand: there may be thousands, each reported one costs a search for the nearest known
 * name, and only the first few are wanted.
 */
export function validator(schema: Schema, validate: ValidateFunction): Validator {
  const known = Object.keys(schema['properties'] as object);
  const names = new Set(known);
  return (body, at) => {
    const right = validate(body);
    let unknown: FieldError[] | null = null;
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
      for (const name in body) {
        if (!names.has(name)) {
          unknown ??= [];
          if (unknown.length >= REPORTED_ERRORS) {
            break;
          }
          unknown.push({
            pointer: `${at}/${escapePointer(name)}`,
            detail: unknownField(name, known),
          });
        }
      }
    }
    if (right && unknown === null) {
      return NONE;
    }
    const errors = validate.errors ?? [];
    const wrong = errors
      .filter((error) => !saidByEnum(error, errors))
      .map((error) => fieldError(error, at));
    return [...(right ? [] : wrong), ...(unknown ?? [])].slice(0, REPORTED_ERRORS);
  };
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  return near === null
    ? `is not a known field; known are ${known.length === 0 ? 'none' : known.join(', ')}`
    : `is not a known field; did you mean "${near}"?`;
}

/** The list of the allowed values says the type as well. */
function saidByEnum(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  return (
    error.keyword === 'type' &&
    errors.some((other) => other.keyword === 'enum' && other.instancePath === error.instancePath)
  );
}

function fieldError(error: ErrorObject, at: string): FieldError {
  const pointer = at + error.instancePath;
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'required':
      return {
        pointer: `${pointer}/${escapePointer(String(params['missingProperty']))}`,
        detail: 'is missing',
      };
    case 'type':
      return { pointer, detail: `must be ${typeNames(params['type'])}` };
    case 'enum':
      return {
        pointer,
        detail: `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`,
      };
    case 'minLength':
      return { pointer, detail: 'must not be empty' };
    case 'maxLength':
      return { pointer, detail: `must have at most ${String(params['limit'])} characters` };
    case 'minProperties':
    case 'maxProperties':
      return { pointer, detail: 'must have exactly one of ids, reference, to' };
    case 'minItems':
      return { pointer, detail: 'must not be empty' };
    case 'maxItems':
      return { pointer, detail: `must have at most ${String(params['limit'])} entries` };
    case 'pattern':
      return { pointer, detail: `must match ${String(params['pattern'])}` };
    default:
      return { pointer, detail: error.message ?? 'is not valid' };
  }
}

function typeNames(type: unknown): string {
  const name = Array.isArray(type) ? type.filter((one) => one !== 'null')[0] : type;
  switch (name) {
    case 'object':
      return 'a JSON object';
    case 'array':
      return 'a list';
    case 'integer':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    default:
      return `a ${String(name)}`;
  }
}

function escapePointer(name: string): string {
  return pointerStep(name.slice(0, 100));
}
