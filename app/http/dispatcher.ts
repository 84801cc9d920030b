import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerProblem, answerProblemAsText } from './answer.ts';
import { connectionOf, newConnection } from './connection.ts';
import type { HttpContext } from './context.ts';
import { enqueueCall } from './enqueue-call.ts';
import { Exchange, type Traffic } from './exchange.ts';
import { legacyCall } from './legacy-call.ts';
import { type Problem, problem } from './problems.ts';
import { type RequestHead, readHead, repeatedHeader } from './request-head.ts';

const URL_LIMIT = 8_192;

/** What happens to a request that is neither of the two enqueue calls. */
export type Rest = (exchange: Exchange) => void;

/** First look at every request: what all calls share, then the two enqueue calls, then the rest. */
export function dispatcher(
  context: HttpContext,
  traffic: Traffic,
  nextRequestId: () => string,
  rest: Rest,
): (request: IncomingMessage, response: ServerResponse) => void {
  const enqueue = enqueueCall(context);
  const legacy = legacyCall(context);
  const { hosts, counters } = context;

  return (request, response) => {
    const connection = connectionOf(request.socket) ?? newConnection(request.socket, false, 'open');
    const head = readHead(request.rawHeaders);
    const target = request.url ?? '/';
    const url = target.charCodeAt(0) === SLASH ? target : pathOfAbsolute(target, head);
    const exchange = new Exchange(
      request,
      response,
      head,
      nextRequestId(),
      url,
      connection,
      traffic,
      counters,
    );
    const refusal = traffic.stopping
      ? problem('shutting-down')
      : connection.admitted === 'reserved' && !/^\/(status|health\/)/.test(url)
        ? problem('too-many-connections')
        : check(head, request, url, exchange.local ? null : hosts.isOurs);
    if (refusal !== null) {
      exchange.beforeAnswer();
      const asText = isLegacy(url);
      (asText ? answerProblemAsText : answerProblem)(
        request,
        response,
        exchange.requestId,
        refusal,
      );
      exchange.settled();
    } else if (url === '/v1/messages' && request.method === 'POST') {
      enqueue(exchange);
    } else if (isLegacy(url)) {
      legacy(exchange);
    } else {
      rest(exchange);
    }
  };
}

const SLASH = 0x2f;

/** Host before everything else; the caller then checks address, key and body, in this order. */
function check(
  head: RequestHead,
  request: IncomingMessage,
  url: string,
  isOurs: ((host: string) => boolean) | null,
): Problem | null {
  if (head.repeated !== null) {
    return repeatedHeader(head);
  }
  if (head.host === undefined) {
    if (request.httpVersionMinor > 0 && isOurs !== null) {
      return problem('host-missing');
    }
  } else if (isOurs !== null && !isOurs(head.host)) {
    return problem('foreign-host');
  }
  // The parser strips "chunked" alone; what lies under it would be taken for the body itself.
  if (head.transferEncoding !== undefined && !/^\s*chunked\s*$/i.test(head.transferEncoding)) {
    return problem('transfer-coding-unsupported');
  }
  if (url === '') {
    return problem('bad-request', { detail: 'The request target must be a path such as /status.' });
  }
  return url.length > URL_LIMIT ? problem('uri-too-long') : null;
}

function isLegacy(url: string): boolean {
  return url.startsWith('/s.py') && (url.length === 5 || url.charCodeAt(5) === QUESTION_MARK);
}

const QUESTION_MARK = 0x3f;

/** An absolute request target overrules the Host header (RFC 9112 §3.2.2). '' when it is none. */
function pathOfAbsolute(target: string, head: RequestHead): string {
  const match = /^https?:\/\/([^/?#]+)(\/[^#]*)?$/i.exec(target);
  if (match === null) {
    return '';
  }
  head.host = match[1];
  return match[2] ?? '/';
}
