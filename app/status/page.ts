import { formatTime, type Language, type TextContext } from '../domain/conditions/format.ts';
import type { GatewayConfig } from '../domain/config.ts';
import { Html, html } from './html.ts';
import { boxCard, capacityCard } from './page-box.ts';
import { modemDetails, radioCards } from './page-modems.ts';
import { lastErrorCard, messagesCard, queueCard } from './page-queue.ts';
import { glyph, SYMBOLS } from './page-shapes.ts';
import { STYLE, STYLE_HASH } from './page-style.ts';
import { verdictBlock } from './page-verdict.ts';
import type { StatusDocument } from './status-document.ts';
import { say } from './words.ts';

export interface PageRequest {
  /** Values of `?lang=`, `?refresh=` and `?theme=`, as they came. */
  readonly lang?: string | undefined;
  readonly refresh?: string | undefined;
  readonly theme?: string | undefined;
  /** The `Cookie` and `Accept-Language` headers. */
  readonly cookie?: string | undefined;
  readonly acceptLanguage?: string | undefined;
}
export interface RenderedPage {
  readonly statusCode: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
}
type PageConfig = Pick<GatewayConfig, 'site' | 'status' | 'defaultRegion'>;

const SHORTEST_REFRESH_SECONDS = 10;
const LONGEST_REFRESH_SECONDS = 3600;
const YEAR_SECONDS = 31_536_000;

/** `?lang=`, then the cookie, the settings, the browser's wish, and the region at last. */
function pageLanguage(request: PageRequest, config: PageConfig): Language {
  const cookie = /(?:^|;\s*)lang=(en|id)\b/.exec(request.cookie ?? '')?.[1];
  const wish = /^\s*(en|id)\b|,\s*(en|id)\b/i.exec(request.acceptLanguage ?? '');
  const wanted = [request.lang, cookie, config.site.language, wish?.[1] ?? wish?.[2]];
  for (const lang of wanted) {
    if (lang === 'en' || lang === 'id') {
      return lang;
    }
  }
  return config.defaultRegion === 'ID' ? 'id' : 'en';
}

/** The whole page in one answer: no script, no font, no second request. */
export function renderPage(
  status: StatusDocument,
  request: PageRequest,
  config: PageConfig,
): RenderedPage {
  const lang = pageLanguage(request, config);
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src '${STYLE_HASH}'; img-src data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(status.demo ? { 'x-pisang-demo': '1' } : {}),
    ...(request.lang === lang
      ? { 'set-cookie': `lang=${lang}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Strict; HttpOnly` }
      : {}),
  };
  if (config.status.public === 'off') {
    const text = say('pageOff', lang);
    const off = html`<!doctype html><html lang="${lang}"><title>${text}</title><h1>${text}</h1>`;
    return { statusCode: 404, headers, html: off.markup };
  }
  const context: TextContext = {
    lang,
    timeZone: config.site.timeZone,
    nowMs: Date.parse(status.at),
    clockTrusted: status.box.clock.trusted,
  };
  const page = html`<!doctype html><html lang="${lang}"${
    request.theme === 'dark' ? html` class="dark"` : null
  }>${head(status, request, lang)}<body>${SYMBOLS}${
    status.demo ? html`<p class="demo">${say('demo', lang)}</p>` : null
  }${header(status, request, context)}<main>${verdictBlock(status, context)}${
    config.status.public === 'verdict' ? null : cards(status, context)
  }</main>${footer(status, lang)}</body></html>`;
  return { statusCode: 200, headers, html: page.markup };
}

function nameOf({ site }: StatusDocument): string {
  const last4 = site.serial?.slice(-4).toUpperCase() ?? null;
  return [site.name ?? site.hostname, ...(last4 === null ? [] : [last4])].join(' · ');
}

function head(status: StatusDocument, request: PageRequest, lang: Language): Html {
  const seconds = Number(request.refresh);
  const refresh =
    Number.isInteger(seconds) && seconds >= SHORTEST_REFRESH_SECONDS
      ? html`<meta http-equiv="refresh" content="${Math.min(seconds, LONGEST_REFRESH_SECONDS)}">`
      : null;
  const title = `${glyph(status.verdict.severity)} ${nameOf(status)} – ${status.verdict.title[lang]}`;
  const icon = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' fill='%23ffd54f'/%3E%3Cpath d='M3 4c1 6 5 8 10 8' fill='none' stroke='%23000' stroke-width='3'/%3E%3C/svg%3E`;
  return html`<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${refresh}<title>${
    status.demo ? 'DEMO ' : null
  }${title}</title><link rel="icon" href="${icon}"><style>${new Html(STYLE)}</style></head>`;
}

function header(status: StatusDocument, request: PageRequest, context: TextContext): Html {
  const { lang } = context;
  const others: readonly (readonly [string, string])[] = [
    ['refresh', request.refresh ?? ''],
    ['theme', request.theme ?? ''],
  ];
  const query = (changes: Readonly<Record<string, string>>): string => {
    const params = new URLSearchParams();
    for (const [name, value] of [...others, ['lang', request.lang ?? ''] as const]) {
      const wanted = changes[name] ?? value;
      if (wanted !== '') {
        params.set(name, wanted);
      }
    }
    const text = params.toString();
    return text === '' ? '/status' : `/status?${text}`;
  };
  const language = (code: Language): Html =>
    html`<a href="${query({ lang: code })}" hreflang="${code}"${
      code === lang ? html` aria-current="true"` : null
    }>${code.toUpperCase()}</a>`;
  const now = formatTime(context.nowMs, context, true);
  return html`<header><p class="site">${nameOf(status)} <time datetime="${status.at}">${
    context.clockTrusted ? now : say('clockNotSet', lang)
  }</time></p><nav aria-label="${say('refresh', lang)}"><a href="${query({ refresh: '' })}">${say('refresh', lang)}</a><a href="${query({ refresh: '30' })}"${
    request.refresh === '30' ? html` aria-current="true"` : null
  }>${say('autoRefresh', lang)}</a>${language('id')}${language('en')}</nav></header>`;
}

function cards(status: StatusDocument, context: TextContext): Html {
  return html`<div class="grid">${radioCards(status, context)}${queueCard(status, context)}${modemDetails(status, context)}${messagesCard(status, context)}${lastErrorCard(status, context)}${boxCard(status, context)}${capacityCard(status, context)}</div>`;
}

function footer(status: StatusDocument, lang: Language): Html {
  return html`<footer>pisang ${status.box.version} · ${status.site.hostname} · <a href="/docs">${say('help', lang)}</a></footer>`;
}
