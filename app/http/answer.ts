import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Problem, problemBody } from './problems.ts';

/** Of a body nobody wants, this much is read and thrown away, so that the client reads the answer. */
const DRAIN_LIMIT_BYTES = 8_388_608;

const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
export const TEXT_TYPE = 'text/plain; charset=utf-8';

/** One write: head and body together. `headers` is name and value by turns. */
export function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  headers: string[],
  body: string,
): void {
  const bytes = Buffer.byteLength(body);
  headers.push('Content-Type', contentType, 'Content-Length', String(bytes));
  response.writeHead(status, headers);
  // Latin-1 is cheaper to write, and the same octets while every character is ASCII.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

export function answerJson(
  response: ServerResponse,
  status: number,
  requestId: string,
  headers: string[],
  body: string,
): void {
  headers.push('X-Request-Id', requestId);
  answer(response, status, JSON_TYPE, headers, body);
}

/** Answers with the refusal; a body still on its way is read off within a bound. */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  refusal: Problem,
): void {
  answer(
    response,
    refusal.status,
    PROBLEM_TYPE,
    problemHeaders(refusal, requestId),
    request.method === 'HEAD' ? '' : problemBody(refusal, requestId),
  );
  drain(request);
}

/** The same as one plain sentence, for people who call with a browser or a shell. */
export function answerProblemAsText(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  refusal: Problem,
): void {
  const headers = problemHeaders(refusal, requestId);
  headers.push('Cache-Control', 'no-store');
  answer(response, refusal.status, TEXT_TYPE, headers, `${refusal.detail}\n`);
  drain(request);
}

/** Writes a refusal on a socket whose request never became one (no `ServerResponse` exists). */
export function answerRaw(socket: Duplex, requestId: string, refusal: Problem): void {
  const body = problemBody(refusal, requestId);
  const headers = problemHeaders(refusal, requestId);
  headers.push(
    'Content-Type',
    PROBLEM_TYPE,
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Date',
    new Date().toUTCString(),
    'Connection',
    'close',
  );
  let head = `HTTP/1.1 ${refusal.status} ${REASONS[refusal.status] ?? 'Refused'}\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  }
  socket.end(`${head}\r\n${body}`);
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
};

function problemHeaders(refusal: Problem, requestId: string): string[] {
  const headers = ['X-Request-Id', requestId, ...refusal.headers];
  if (refusal.retryAfterSeconds !== null) {
    headers.push('Retry-After', String(refusal.retryAfterSeconds));
  }
  return headers;
}

function drain(request: IncomingMessage): void {
  if (request.complete) {
    return;
  }
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DRAIN_LIMIT_BYTES) {
      request.socket.destroy();
    }
  });
}
