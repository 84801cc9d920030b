import { PROBLEMS, type ProblemCode, type ProblemEntry } from './problem-table.ts';

/** One wrong place in a request body. `pointer` is a JSON Pointer (RFC 6901), `''` is the whole. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** One wrong parameter of the query, by its name. */
export interface ParameterError {
  readonly parameter: string;
  readonly detail: string;
}

/** A refusal on its way to the client. Made once where it is known, answered by `answer.ts`. */
export interface Problem {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly (FieldError | ParameterError)[];
  readonly retryAfterSeconds: number | null;
  /** Further answer headers, name and value by turns. */
  readonly headers: readonly string[];
}

export function problem(
  code: ProblemCode,
  more: {
    readonly detail?: string;
    readonly errors?: readonly (FieldError | ParameterError)[];
    readonly retryAfterSeconds?: number;
    readonly headers?: readonly string[];
  } = {},
): Problem {
  const known: ProblemEntry = PROBLEMS[code];
  return {
    code,
    status: known.status,
    detail: more.detail ?? known.detail,
    errors: more.errors ?? [],
    retryAfterSeconds: more.retryAfterSeconds ?? known.retryAfterSeconds ?? null,
    headers: more.headers ?? [],
  };
}

/** Shorthand for 422 with one place. */
export function invalidField(pointer: string, detail: string): Problem {
  return invalidFields([{ pointer, detail }]);
}

/** 422 with one parameter of the query. */
export function invalidParameter(parameter: string, detail: string): Problem {
  return problem('invalid-fields', {
    detail: `${parameter}: ${detail}`,
    errors: [{ parameter, detail }],
  });
}

export function invalidFields(errors: readonly FieldError[]): Problem {
  const first = errors[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return problem('invalid-fields', {
    detail:
      first === undefined
        ? PROBLEMS['invalid-fields'].detail
        : `${first.pointer === '' ? 'The body' : first.pointer}: ${first.detail}${more}`,
    errors,
  });
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' && value !== null && 'code' in value && 'retryAfterSeconds' in value
  );
}

/** The `application/problem+json` body (RFC 9457 §3). */
export function problemBody(refusal: Problem, requestId: string): string {
  return JSON.stringify({
    type: `/docs#${refusal.code}`,
    title: PROBLEMS[refusal.code].title,
    status: refusal.status,
    code: refusal.code,
    detail: refusal.detail,
    ...(refusal.errors.length > 0 ? { errors: refusal.errors } : {}),
    requestId,
  });
}
