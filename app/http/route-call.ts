import { isLoopback, plainAddress } from './address.ts';
import { type Caller, LOCAL_CALLER } from './authenticator.ts';
import { checkJsonType, parseJson, readBody } from './body.ts';
import type { HttpContext } from './context.ts';
import { checkBodyHeaders } from './enqueue-call.ts';
import type { Exchange } from './exchange.ts';
import { isProblem, type Problem, problem } from './problems.ts';
import { readQuery } from './routes/query.ts';
import { type Call, Refusal, type Route, UnknownOutcome } from './routes/route.ts';

/**
 * What a route is called with, checked in this order: address and key, trial start, query, body. Throws
 * the `Refusal` of the first that is wrong, or `UnknownOutcome` when the client went away.
 */
export async function readCall(
  context: HttpContext,
  route: Route,
  exchange: Exchange,
  params: Readonly<Record<string, string>>,
): Promise<Call> {
  const caller = await admit(context, route, exchange);
  if (route.changesMessages === true && context.trial.active()) {
    throw new Refusal(problem('updating'));
  }
  return {
    request: exchange.request,
    caller,
    params,
    query: readQuery(route, exchange.url),
    body: route.body === undefined ? undefined : await bodyOf(context, route, exchange),
    idempotencyKey: exchange.head.idempotencyKey,
  };
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
  const wrong = route.idempotent === true ? checkBodyHeaders(head) : checkJsonType(head);
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
