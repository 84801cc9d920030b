import { answerJson, answerProblem } from './answer.ts';
import { type Caller, LOCAL_CALLER } from './authenticator.ts';
import { checkJsonType, parseJson, readBody } from './body.ts';
import type { HttpContext } from './context.ts';
import type { Exchange } from './exchange.ts';
import { invalidFields, isProblem, type Problem, problem } from './problems.ts';
import { acceptedResource, messageDetail } from './resource.ts';

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/** `POST /v1/messages`, ahead of Fastify: this is where the load is. */
export function enqueueCall(context: HttpContext): (exchange: Exchange) => void {
  const { auth, config, readMessage, accept } = context;

  const refuse = (exchange: Exchange, refusal: Problem): void => {
    exchange.beforeAnswer();
    answerProblem(exchange.request, exchange.response, exchange.requestId, refusal);
    exchange.settled();
  };

  const authenticate = (exchange: Exchange): void => {
    const { request, head } = exchange;
    const caller = exchange.local
      ? LOCAL_CALLER
      : auth.caller(
          { authorization: head.authorization, address: () => request.socket.remoteAddress },
          'messages:send',
        );
    if (isProblem(caller)) {
      refuse(exchange, caller);
      return;
    }
    const wrong = checkBodyHeaders(exchange.head);
    if (wrong !== null) {
      refuse(exchange, wrong);
      return;
    }
    readBody(request, head.contentLength, config.http.bodyLimitBytes, (body) => {
      if (isProblem(body)) {
        refuse(exchange, body);
      } else {
        take(exchange, caller, body);
      }
    });
  };

  const take = (exchange: Exchange, caller: Caller, body: Buffer): void => {
    const parsed = parseJson(body);
    if (isProblem(parsed)) {
      refuse(exchange, parsed);
      return;
    }
    const message = readMessage(parsed.json, '');
    if ('errors' in message) {
      refuse(exchange, invalidFields(message.errors));
      return;
    }
    const key = exchange.head.idempotencyKey;
    accept([message], caller.name, key === undefined ? null : { key, call: 'messages' }).then(
      (outcome) => {
        const { response, requestId } = exchange;
        exchange.beforeAnswer();
        switch (outcome.kind) {
          case 'accepted': {
            const stored = outcome.messages[0];
            if (stored !== undefined) {
              answerJson(
                response,
                202,
                requestId,
                ['Location', `/v1/messages/${stored.id}`],
                acceptedResource(stored),
              );
            }
            context.counters.accepted += 1;
            exchange.settled();
            return;
          }
          case 'replayed':
            void replay(context, exchange, outcome.ids[0]);
            return;
          case 'refused':
            refuse(exchange, outcome.refusal);
            return;
          case 'unknown':
            response.destroy();
            exchange.settled();
        }
      },
      (error: unknown) => {
        context.logger.error({ err: error, requestId: exchange.requestId }, 'enqueue failed');
        exchange.response.destroy();
        exchange.settled();
      },
    );
  };

  return (exchange) => {
    const wait = auth.ready();
    if (wait === null) {
      authenticate(exchange);
    } else {
      wait.then(
        () => authenticate(exchange),
        () => authenticate(exchange),
      );
    }
  };
}

/** What the headers alone say against a JSON body or its Idempotency-Key. */
export function checkBodyHeaders(head: Exchange['head']): Problem | null {
  if (head.idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(head.idempotencyKey)) {
    return problem('bad-idempotency-key');
  }
  return checkJsonType(head);
}

async function replay(
  context: HttpContext,
  exchange: Exchange,
  id: Parameters<HttpContext['outbox']['getMessage']>[0] | undefined,
): Promise<void> {
  const { response, request, requestId } = exchange;
  exchange.beforeAnswer();
  try {
    const found = id === undefined ? null : await context.outbox.getMessage(id);
    const modems = context.worker.snapshot()?.modems ?? [];
    answerJson(
      response,
      200,
      requestId,
      ['Location', `/v1/messages/${id}`, 'Idempotency-Replayed', 'true'],
      JSON.stringify(found === null ? { id } : messageDetail(found, modems, context.clock.nowMs())),
    );
  } catch (error) {
    // It is in the queue, so no refusal would be true.
    context.logger.error({ err: error, requestId }, 'a repeated message could not be read back');
    request.socket.destroy();
  }
  exchange.settled();
}
