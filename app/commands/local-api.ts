import { existsSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { type CommandContext, failure, type Option, optionOf, usageError } from './command.ts';

/** Where a command finds the API: the local socket, or a URL with a key. */
export interface ApiAddress {
  /** For sentences. */
  readonly label: string;
  readonly socketPath: string | null;
  readonly url: URL | null;
  readonly key: string | null;
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON, or null. */
  readonly body: unknown;
}

export const API_OPTIONS: Readonly<Record<string, Option>> = {
  url: { value: 'URL', help: 'the API, such as http://pisang.local (else the local socket)' },
  key: { value: 'KEY', help: 'API key for --url (else $PISANG_KEY)' },
};

const TIMEOUT_MS = 35_000;
const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024;

export async function apiAddress(context: CommandContext): Promise<ApiAddress> {
  const given = optionOf(context, 'url');
  const key = optionOf(context, 'key') ?? context.environment['PISANG_KEY'] ?? null;
  if (given === null) {
    const socketPath = join((await context.loadConfig()).config.runDir, 'api.sock');
    return { label: socketPath, socketPath, url: null, key };
  }
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usageError(`--url must be an address such as http://127.0.0.1:8080, not "${given}"`);
  }
  return { label: url.origin, socketPath: null, url, key };
}

/** One request. Throws `api-unreachable` when there is no answer. */
export function callApi(
  address: ApiAddress,
  method: string,
  path: string,
  body: object | null = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> {
  const text = body === null ? null : JSON.stringify(body);
  const options: RequestOptions = {
    method,
    path,
    timeout: TIMEOUT_MS,
    headers: {
      accept: 'application/json',
      host: address.url?.host ?? 'localhost',
      ...(text === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...(address.key === null ? {} : { authorization: `Bearer ${address.key}` }),
      ...headers,
    },
    ...(address.url === null
      ? { socketPath: address.socketPath ?? '' }
      : { hostname: address.url.hostname.replace(/^\[|\]$/g, ''), port: address.url.port }),
  };
  return new Promise((resolve, reject) => {
    const send = address.url?.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(options, (response) => {
      readAnswer(response).then(resolve, (error: unknown) => {
        reject(unreachable(address, error));
      });
    });
    request.once('timeout', () => request.destroy(new Error('no answer in time')));
    request.once('error', (error) => {
      reject(unreachable(address, error));
    });
    request.end(text ?? undefined);
  });
}

interface Fault {
  readonly pointer?: unknown;
  readonly parameter?: unknown;
  readonly detail?: unknown;
}

/** What a refusal says, in one line. */
export function refusal(answer: ApiAnswer): string {
  const problem = answer.body as {
    detail?: unknown;
    title?: unknown;
    errors?: readonly Fault[];
  } | null;
  const words = [problem?.detail, problem?.title].find((one) => typeof one === 'string');
  const fields = (Array.isArray(problem?.errors) ? problem.errors : []).map(
    (one: Fault) =>
      `${String(one.pointer ?? one.parameter).replace(/^\//, '') || 'the body'}: ${String(one.detail)}`,
  );
  if (fields.length > 0) {
    // The detail only repeats the first of them.
    return fields.join('; ');
  }
  return typeof words === 'string' ? words : `the API answered ${answer.status}`;
}

async function readAnswer(response: IncomingMessage): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > ANSWER_LIMIT_BYTES) {
      throw new Error('the answer is too long');
    }
    chunks.push(bytes);
  }
  let body: unknown = null;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // Not JSON: the status has to do.
  }
  return { status: response.statusCode ?? 0, body };
}

/** Why there was no answer, and what to do. */
export function unreachable(address: ApiAddress, error: unknown): Error {
  const reason = error instanceof Error ? error.message || String(error) : String(error);
  return failure('api-unreachable', unreachableSentence(address, reason, codeOf(error)), error);
}

function unreachableSentence(address: ApiAddress, reason: string, code: unknown): string {
  if (address.socketPath !== null && (code === 'EACCES' || code === 'EPERM')) {
    return `this user may not use ${address.label}; run this as the user of pisang or in its group, or name an API with --url and --key`;
  }
  return address.socketPath !== null && !existsSync(address.socketPath)
    ? `there is no API at ${address.label}; start it with "pisang run" or "pisang api", or name one with --url`
    : `the API at ${address.label} does not answer (${reason})`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
