import type { HttpContext } from '../context.ts';
import { docsPage } from '../docs-page.ts';
import { openApiDocument } from '../openapi/document.ts';
import type { Answer, Call, Route } from './route.ts';

/** A worker that was silent for longer counts as stopped. */
const WORKER_SILENCE_MS = 10_000;
const HTML_TYPE = 'text/html; charset=utf-8';
/** The documentation page: inline style, no script, nothing from elsewhere. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
};

/** Status, health and the documents: what is open to all. `all` is asked when first needed. */
export function gatewayRoutes(context: HttpContext, all: () => readonly Route[]): readonly Route[] {
  const { status, worker, version, outbox } = context;
  let document: string | null = null;
  let page: string | null = null;

  const readsAll = ({ caller }: Call): boolean => caller?.may('messages:read') ?? false;
  const health = (
    code: string,
    healthy: boolean,
    retryAfterSeconds: number | null = 10,
  ): Answer => ({
    status: healthy ? 200 : 503,
    body: { status: healthy ? 'ok' : code },
    headers:
      healthy || retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
  });
  const open = (
    path: string,
    id: string,
    summary: string,
  ): Pick<Route, 'method' | 'path' | 'id' | 'tag' | 'summary' | 'access' | 'problems'> => ({
    method: 'GET',
    path,
    id,
    tag: 'gateway',
    summary,
    access: 'public',
    problems: [],
  });

  return [
    {
      ...open(
        '/v1/status',
        'getStatus',
        'What the status page shows; redacted without a key that may read messages',
      ),
      answers: { 200: { means: 'The status.', schema: 'Status' } },
      handle: async (call) => ({
        status: 200,
        body: await status.json({ authenticated: readsAll(call) }),
      }),
    },
    {
      ...open('/status', 'showStatusPage', 'The status page'),
      answers: { 200: { means: 'The page.', type: 'text/html' } },
      handle: async ({ request }) => {
        const query = new URLSearchParams(request.url?.split('?')[1] ?? '');
        const { statusCode, headers, html } = await status.page({
          lang: query.get('lang') ?? undefined,
          refresh: query.get('refresh') ?? undefined,
          theme: query.get('theme') ?? undefined,
          cookie: request.headers.cookie,
          acceptLanguage: request.headers['accept-language'],
        });
        return { status: statusCode, type: HTML_TYPE, body: html, headers };
      },
    },
    {
      ...open('/health/live', 'getLiveness', 'The process answers'),
      answers: { 200: { means: 'It lives.', schema: 'Health' } },
      handle: () => health('', true),
    },
    {
      ...open(
        '/health/ready',
        'getReadiness',
        'Whether messages are accepted, whatever the modem does',
      ),
      answers: {
        200: { means: 'Accepting.', schema: 'Health' },
        503: { means: 'Not accepting; `status` is the condition code.', schema: 'Health' },
      },
      handle: () => {
        const { accepting, code, retryAfterSeconds } = status.ready();
        return health(code, accepting, retryAfterSeconds);
      },
    },
    {
      ...open(
        '/health/boot',
        'getBootHealth',
        'For the boot loader: schema in place and worker heard',
      ),
      access: 'loopback',
      answers: {
        200: { means: 'The system that booted works.', schema: 'Health' },
        503: { means: 'Not yet, or not.', schema: 'Health' },
      },
      handle: () => {
        const lastHeardAgeMs = worker.lastHeardAgeMs();
        return outbox.health().state === 'newer'
          ? health('database-newer', false)
          : health(
              'worker-stopped',
              worker.connected() && lastHeardAgeMs !== null && lastHeardAgeMs <= WORKER_SILENCE_MS,
            );
      },
    },
    {
      ...open('/openapi.json', 'getOpenApi', 'This API as an OpenAPI 3.1 document'),
      answers: { 200: { means: 'The document.', schema: 'Status' } },
      handle: () => {
        document ??= JSON.stringify(openApiDocument(all(), version));
        return { status: 200, body: document };
      },
    },
    {
      ...open('/docs', 'showDocs', 'This API as a page'),
      answers: { 200: { means: 'The page.', type: 'text/html' } },
      handle: () => {
        page ??= docsPage(openApiDocument(all(), version));
        return { status: 200, type: HTML_TYPE, body: page, headers: PAGE_HEADERS };
      },
    },
    {
      ...open('/', 'goToStatusPage', 'Leads to the status page'),
      answers: { 302: { means: 'To /status.', type: 'text/plain' } },
      handle: () => ({
        status: 302,
        body: 'See /status\n',
        type: 'text/plain; charset=utf-8',
        headers: { location: '/status' },
      }),
    },
  ];
}
