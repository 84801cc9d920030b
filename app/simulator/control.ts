import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import { CONTROL_ROUTES, type ControlContext } from './control-routes.ts';
import { linesToArray } from './journal.ts';

/** Room for an inbound text of 255 parts. */
const MAX_BODY = 262_144;

/** The HTTP side: what a test, or a person with curl, moves on the network. Loop-back tools only. */
export function createControl(context: ControlContext, logger: Logger): Server {
  const server = createServer((request, response) => {
    answer(context, request, response).catch((error: unknown) => {
      logger.error({ err: error }, 'simulator control failed');
      response.destroy();
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  server.maxConnections = 64;
  return server;
}

async function answer(
  context: ControlContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  const methods = CONTROL_ROUTES.get(url.pathname);
  if (methods === undefined) {
    sendError(response, 404, `There is no ${url.pathname}. Known: ${known()}.`);
    return;
  }
  const route = methods[request.method ?? ''];
  if (route === undefined) {
    const allowed = Object.keys(methods).join(', ');
    response.setHeader('Allow', allowed);
    sendError(response, 405, `${url.pathname} takes ${allowed}.`);
    return;
  }
  if (route === 'journal') {
    sendJournal(context, url.searchParams.get('format') === 'ndjson', response);
    return;
  }
  try {
    const body = request.method === 'GET' ? null : parse(await readBody(request));
    sendJson(response, 200, route(context, body));
  } catch (error) {
    if (!(error instanceof GatewayError)) {
      throw error;
    }
    if (error.code === 'body-too-large') {
      response.setHeader('Connection', 'close');
    }
    sendError(response, error.code === 'body-too-large' ? 413 : 400, error.message);
  }
}

function known(): string {
  return [...CONTROL_ROUTES]
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    .join(', ');
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = `${JSON.stringify(value)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

function sendError(response: ServerResponse, status: number, error: string): void {
  sendJson(response, status, { error });
}

function sendJournal(context: ControlContext, ndjson: boolean, response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': ndjson ? 'application/x-ndjson' : 'application/json; charset=utf-8',
  });
  const done = (): void => {};
  if (ndjson) {
    pipeline(context.journal.lines(), response, done);
  } else {
    pipeline(context.journal.lines(), linesToArray(), response, done);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) {
      throw new GatewayError('body-too-large', `A body has at most ${MAX_BODY} octets.`, {
        retry: 'never',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('bad-body', 'The body is not JSON.', { retry: 'never', cause });
  }
}
