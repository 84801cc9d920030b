import { createServer, type RequestListener, type Server } from 'node:http';
import type { GatewayConfig } from '../domain/config.ts';
import { answerProblem, answerRaw } from './answer.ts';
import { onClientError } from './client-error.ts';
import { problem } from './problems.ts';

const HEADER_LIMIT_BYTES = 16_384;
/** Longer than any call takes to answer, so that waiting for a modem never cuts the caller. */
const LONGEST_SILENCE_MS = 200_000;

type HttpConfig = GatewayConfig['http'];

/**
 * Node's HTTP server as a parser only: it is never bound, its connections come from `listeners.ts`.
 * `openParserServer` makes it deal with requests after the router took it over.
 */
export function newParserServer(http: HttpConfig): Server {
  const timeoutMs = http.requestTimeoutSeconds * 1000;
  const server = createServer({
    maxHeaderSize: HEADER_LIMIT_BYTES,
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    connectionsCheckingInterval: Math.max(100, Math.min(5_000, timeoutMs / 4)),
    requireHostHeader: false,
  });
  // A client that ends its side after the request (`nc -N`, many small libraries) still waits for the
  // answer. Node's http reads this property, but its types do not know it.
  Object.assign(server, { httpAllowHalfOpen: true });
  return server;
}

/** Bounds in time, what is no request, and where requests go. Overrules what Fastify set. */
export function openParserServer(
  server: Server,
  http: HttpConfig,
  dispatch: RequestListener,
  nextRequestId: () => string,
): void {
  const timeoutMs = http.requestTimeoutSeconds * 1000;
  server.keepAliveTimeout = http.keepAliveTimeoutSeconds * 1000;
  server.headersTimeout = timeoutMs;
  server.requestTimeout = timeoutMs;
  // A client that does not read its answer stalls here; a self-test may think for three minutes.
  server.timeout = Math.max(timeoutMs * 2, LONGEST_SILENCE_MS);
  server.on('request', dispatch);
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length'] ?? 0) <= http.batchLimitBytes) {
      response.writeContinue();
    }
    dispatch(request, response);
  });
  server.on('checkExpectation', (request, response) =>
    answerProblem(request, response, nextRequestId(), problem('expectation-failed')),
  );
  server.on('connect', (_request, socket) => {
    answerRaw(
      socket,
      nextRequestId(),
      problem('method-not-allowed', { headers: ['Allow', 'GET, HEAD, POST, DELETE'] }),
    );
  });
  // Fastify put a handler of its own there.
  server.removeAllListeners('clientError');
  server.on('clientError', (error, socket) => onClientError(error, socket, nextRequestId));
  // The server is never bound itself; this starts its watch over slow requests.
  server.emit('listening');
}
