import type { IncomingMessage, ServerResponse } from 'node:http';
import { STYLE_HASH } from './page.ts';
import type { Language } from './reason.ts';

/** When a client may ask again, s: the API is started anew within this time. */
const RETRY_AFTER_S = '30';

const SENTENCE =
  'The gateway program is not running, so nothing was accepted. Send it again after Retry-After seconds.';

/** `Accept-Language` without a known language: most boxes stand in Indonesia. */
const USUAL: Language = 'id';

/**
 * Answers one request: always 503, because whatever was asked has not been done. `page` is called
 * only where a person looks.
 */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  page: (lang: Language) => Promise<string>,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  response.statusCode = 503;
  response.setHeader('Retry-After', RETRY_AFTER_S);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  // The next request is to find the API, not a connection to a process that left.
  response.setHeader('Connection', 'close');
  if (isForPeople(request, path)) {
    const lang = languageOf(request);
    const text = await page(lang);
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; style-src '${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Language', lang);
    send(request, response, text);
  } else if (path === '/s.py' || path === '/metrics') {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    send(request, response, `${SENTENCE}\n`);
  } else {
    response.setHeader('Content-Type', 'application/problem+json');
    send(
      request,
      response,
      JSON.stringify({
        type: '/docs#api-stopped',
        title: 'The request service has stopped',
        status: 503,
        code: 'api-stopped',
        detail: SENTENCE,
      }),
    );
  }
}

function send(request: IncomingMessage, response: ServerResponse, body: string): void {
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The pages of the gateway, and whatever a browser opens; never the paths that programs call. */
function isForPeople({ method, headers }: IncomingMessage, path: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') {
    return false;
  }
  if (/^\/(v1|health)(\/|$)|^\/(s\.py|metrics|openapi\.json)$|^\/status\/stream$/.test(path)) {
    return false;
  }
  return /^\/($|status|help|docs|demo)/.test(path) || /text\/html/.test(headers.accept ?? '');
}

function languageOf({ url, headers }: IncomingMessage): Language {
  const asked = /[?&]lang=(en|id)(&|$)/.exec(url ?? '')?.[1];
  const known = asked ?? /(?:^|[\s,])(en|id)\b/i.exec(headers['accept-language'] ?? '')?.[1];
  return known === undefined ? USUAL : known.toLowerCase() === 'en' ? 'en' : 'id';
}
