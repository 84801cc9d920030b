import type { IncomingMessage } from 'node:http';
import type { Scope } from '../../domain/scopes.ts';
import type { Caller } from '../authenticator.ts';
import type { ProblemCode } from '../problem-table.ts';
import { type Problem, problem } from '../problems.ts';
import type { Schema } from '../schema-words.ts';

/** Who may call: a scope of a key, everybody, or this machine only. */
export type Access = Scope | 'public' | 'loopback';

export interface Parameter {
  readonly name: string;
  readonly schema: Schema;
}

/** A call as a route sees it: Host, address, key, body type, size and JSON are already checked. */
export interface Call {
  readonly request: IncomingMessage;
  /** Null on public routes without a key. */
  readonly caller: Caller | null;
  readonly params: Readonly<Record<string, string>>;
  /** The route's query parameters by name; absent ones are undefined. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** A string is sent as it is; anything else as JSON. */
  readonly body: unknown;
  readonly type?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call of the API, for the router and for the OpenAPI document alike. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly id: string;
  readonly tag: 'messages' | 'inbox' | 'modems' | 'gateway';
  readonly summary: string;
  readonly access: Access;
  readonly query?: readonly Parameter[];
  readonly body?: {
    /** Name under `components.schemas`. */
    readonly schema: string;
    readonly limit: 'body' | 'batch';
    readonly optional?: boolean;
  };
  readonly idempotent?: boolean;
  /** Changes stored messages; refused on a trial start after an update. */
  readonly changesMessages?: true;
  /** Successful answers: status → what it means and its schema. */
  readonly answers: Readonly<
    Record<number, { readonly means: string; readonly schema?: string; readonly type?: string }>
  >;
  /** Refusals beyond those of its access and body. */
  readonly problems: readonly ProblemCode[];
  readonly handle: (call: Call) => Promise<Answer> | Answer;
}

/** Thrown by a route to refuse. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(refusal: Problem) {
    super(refusal.code);
    this.problem = refusal;
  }
}

export function refuse(...refusal: Parameters<typeof problem>): never {
  throw new Refusal(problem(...refusal));
}

/** Thrown when nobody can say what happened: the connection is cut without a status. */
export class UnknownOutcome extends Error {}

export const PAGE_QUERY: readonly Parameter[] = [
  { name: 'cursor', schema: { type: 'string', description: '`nextCursor` of the page before.' } },
  {
    name: 'limit',
    schema: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 50,
      description: 'Entries a page.',
    },
  },
];
