import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { GatewayError } from '../domain/gateway-error.ts';
import { storageRefusal } from './accept.ts';
import { answerProblem } from './answer.ts';
import type { HttpContext } from './context.ts';
import type { Rest } from './dispatcher.ts';
import type { Exchange } from './exchange.ts';
import { invalidParameter, type Problem, problem } from './problems.ts';
import { readCall } from './route-call.ts';
import { methodNotAllowed, methodTable } from './route-methods.ts';
import { Refusal, type Route, UnknownOutcome } from './routes/route.ts';

/** Longest `{id}`; ours have 36. */
const PARAMETER_LIMIT = 128;
const JSON_TYPE = 'application/json; charset=utf-8';

function noCompiler(): never {
  throw new Error('a route has a schema, but nothing here compiles it');
}

/** Everything but the two enqueue calls: Fastify finds the route and waits for its answer. */
export interface Router {
  readonly rest: Rest;
  close(): Promise<void>;
}

/** `server` is never bound by Fastify; its connections come from `listeners.ts`. */
export async function openRouter(
  context: HttpContext,
  routes: readonly Route[],
  server: Server,
): Promise<Router> {
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  let handler: RequestListener = () => {};
  const app = fastify({
    logger: false,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    genReqId: (raw) => exchanges.get(raw)?.requestId ?? '',
    requestIdHeader: false,
    routerOptions: { maxParamLength: PARAMETER_LIMIT },
    // Our routes check and write their bodies themselves; Fastify's own compilers would only be loaded.
    schemaController: {
      compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler },
    },
    serverFactory: (listener) => {
      handler = listener;
      return server;
    },
    frameworkErrors: (_error, request, reply) => {
      send(request, reply, problem('bad-request', { detail: 'The path is not well-formed.' }));
    },
  });

  const exchangeOf = (request: FastifyRequest): Exchange => {
    const exchange = exchanges.get(request.raw);
    if (exchange === undefined) {
      throw new Error('a request came past the dispatcher');
    }
    return exchange;
  };
  const send = (request: FastifyRequest, reply: FastifyReply, refusal: Problem): void => {
    reply.hijack();
    exchangeOf(request).beforeAnswer();
    answerProblem(request.raw, reply.raw, exchangeOf(request).requestId, refusal);
  };
  const refusalFor = (error: unknown, request: FastifyRequest): Problem | null => {
    if (error instanceof Refusal) {
      return error.problem;
    }
    if (error instanceof UnknownOutcome) {
      return null;
    }
    const refusal =
      error instanceof GatewayError && error.code === 'bad-cursor'
        ? invalidParameter('cursor', 'must be the nextCursor of an earlier answer')
        : storageRefusal(error);
    if (refusal !== null) {
      return refusal;
    }
    context.logger.error(
      { err: error, requestId: exchangeOf(request).requestId, route: request.routeOptions.url },
      'a call failed',
    );
    // After a changing call nobody knows whether the change was stored.
    return request.method === 'GET' || request.method === 'HEAD' ? problem('internal-error') : null;
  };

  // Bodies are read by the handler: after the key was checked, with the route's own limit.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalFor(error, request);
    if (refusal === null) {
      reply.hijack();
      reply.raw.destroy();
    } else {
      send(request, reply, refusal);
    }
  });

  const methodsOf = methodTable(routes);
  const methodsHere = ({ url }: Exchange): readonly string[] | null =>
    methodsOf(url.split('?', 1)[0] ?? '');
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsHere(exchangeOf(request));
    send(request, reply, allowed === null ? problem('not-found') : methodNotAllowed(allowed));
  });
  /** `GET /v1/messages/batch` is no message with the id `batch`. */
  const refuseOtherMethod = (request: FastifyRequest, exchange: Exchange): void => {
    const allowed = request.routeOptions.url?.includes(':') === true ? methodsHere(exchange) : null;
    if (allowed !== null && !allowed.includes(request.method)) {
      throw new Refusal(methodNotAllowed(allowed));
    }
  };

  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler: async (request, reply) => {
        const exchange = exchangeOf(request);
        refuseOtherMethod(request, exchange);
        const params = request.params as Record<string, string>;
        const call = await readCall(context, route, exchange, params);
        const { status, body, type, headers } = await route.handle(call);
        reply.hijack();
        exchange.beforeAnswer();
        if (request.raw.socket.destroyed) {
          return;
        }
        writeAnswer(reply.raw, request.method === 'HEAD', {
          status,
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: {
            'x-request-id': exchange.requestId,
            'content-type': type ?? JSON_TYPE,
            'cache-control': 'no-store',
            'x-content-type-options': 'nosniff',
            ...headers,
          },
        });
      },
    });
  }
  await app.ready();

  return {
    rest: (exchange) => {
      exchanges.set(exchange.request, exchange);
      // Fastify would judge its form before the key was asked for; `readCall` judges it, from the raw head.
      delete exchange.request.headers['content-type'];
      exchange.response.once('close', () => exchange.settled());
      handler(exchange.request, exchange.response);
    },
    close: async () => {
      await app.close();
    },
  };
}

function writeAnswer(
  response: ServerResponse,
  headOnly: boolean,
  answer: { status: number; body: string; headers: Record<string, string> },
): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(headOnly ? undefined : answer.body);
}
