import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { GatewayError } from '../domain/gateway-error.ts';
import { storageRefusal } from './accept.ts';
import { isLoopback, plainAddress } from './address.ts';
import { answerProblem } from './answer.ts';
import { type Caller, LOCAL_CALLER } from './authenticator.ts';
import { checkJsonType, parseJson, readBody } from './body.ts';
import type { HttpContext } from './context.ts';
import type { Rest } from './dispatcher.ts';
import { checkBodyHeaders } from './enqueue-call.ts';
import type { Exchange } from './exchange.ts';
import { invalidParameter, isProblem, type Problem, problem } from './problems.ts';
import { readQuery } from './routes/query.ts';
import { type Call, Refusal, type Route, UnknownOutcome } from './routes/route.ts';

/** Longest `{id}`; ours have 36. */
const PARAMETER_LIMIT = 128;
const JSON_TYPE = 'application/json; charset=utf-8';

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
        const caller = await admit(context, route, exchange);
        if (route.changesMessages === true && context.trial.active()) {
          throw new Refusal(problem('updating'));
        }
        const call: Call = {
          request: request.raw,
          caller,
          params: request.params as Record<string, string>,
          query: readQuery(route, exchange.url),
          body: route.body === undefined ? undefined : await bodyOf(context, route, exchange),
          idempotencyKey: exchange.head.idempotencyKey,
        };
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

function methodNotAllowed(allowed: readonly string[]): Problem {
  return problem('method-not-allowed', {
    detail: `Use ${allowed.join(' or ')} here, as the Allow header says.`,
    headers: ['Allow', allowed.join(', ')],
  });
}

/** Address, then key, as the route's access asks. */
async function admit(
  context: HttpContext,
  route: Route,
  exchange: Exchange,
): Promise<Caller | null> {
  const { auth } = context;
  const address = (): string | undefined => exchange.request.socket.remoteAddress;
  const { authorization } = exchange.head;
  if (exchange.local) {
    return LOCAL_CALLER;
  }
  if (route.access === 'loopback') {
    if (!isLoopback(plainAddress(address()))) {
      throw new Refusal(
        problem('address-refused', { detail: 'This is answered on the machine itself only.' }),
      );
    }
    return null;
  }
  if (
    route.access === 'public' &&
    (authorization === undefined || route.path.startsWith('/health/'))
  ) {
    // A probe asks whether the box accepts, not whether its key is right.
    return null;
  }
  await auth.ready();
  const caller = auth.caller(
    { authorization, address },
    route.access === 'public' ? null : route.access,
  );
  if (isProblem(caller)) {
    throw new Refusal(caller);
  }
  return caller;
}

async function bodyOf(
  context: HttpContext,
  route: Route,
  { request, head }: Exchange,
): Promise<unknown> {
  const { bodyLimitBytes, batchLimitBytes } = context.config.http;
  const limit = route.body?.limit === 'batch' ? batchLimitBytes : bodyLimitBytes;
  const empty =
    head.contentLength === '0' ||
    (head.contentLength === undefined && request.headers['transfer-encoding'] === undefined);
  if (route.body?.optional === true && empty) {
    return undefined;
  }
  const wrong =
    route.idempotent === true ? checkBodyHeaders(head) : checkJsonType(head.contentType);
  if (wrong !== null) {
    throw new Refusal(wrong);
  }
  const body = await new Promise<Buffer | Problem>((resolve, reject) => {
    request.once('close', () => {
      if (!request.complete) {
        reject(new UnknownOutcome('the client went away'));
      }
    });
    readBody(request, head.contentLength, limit, resolve);
  });
  const parsed = isProblem(body) ? body : parseJson(body);
  if (isProblem(parsed)) {
    throw new Refusal(parsed);
  }
  return parsed.json;
}

/** Which methods a path has, for 405 and its Allow header; null: no such path. */
function methodTable(routes: readonly Route[]): (path: string) => readonly string[] | null {
  const fixed = new Map<string, string[]>([['/v1/messages', ['POST']]]);
  const patterns: { readonly regex: RegExp; readonly methods: string[] }[] = [];
  const add = (methods: string[], method: string): void => {
    methods.push(...(method === 'GET' ? ['GET', 'HEAD'] : [method]));
    methods.sort();
  };
  for (const { path, method } of routes) {
    if (path.includes('{')) {
      const regex = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      let known = patterns.find((pattern) => pattern.regex.source === regex.source);
      if (known === undefined) {
        known = { regex, methods: [] };
        patterns.push(known);
      }
      add(known.methods, method);
    } else {
      const methods = fixed.get(path) ?? [];
      fixed.set(path, methods);
      add(methods, method);
    }
  }
  return (path) =>
    fixed.get(path) ?? patterns.find(({ regex }) => regex.test(path))?.methods ?? null;
}
