import { formatAge, formatTime, type TextContext } from '../domain/conditions/format.ts';
import { Html, html } from './html.ts';
import { lampShape, mark } from './page-shapes.ts';
import { lampWord, shownLamps } from './shown-lamps.ts';
import type { StatusDocument } from './status-document.ts';
import { SEVERITY_WORDS, say } from './words.ts';

const MOST_ALSO = 5;

/** What is wrong and what to do, the three lamps, and what else is open. */
export function verdictBlock(status: StatusDocument, context: TextContext): Html {
  const { verdict } = status;
  const { lang } = context;
  const since = Date.parse(verdict.since);
  const age = formatAge(verdict.sinceSeconds, lang, 'down');
  return html`
    <section class="v ${verdict.severity}" id="${verdict.code}">
      ${mark(verdict.severity)}
      <p class="sev">${SEVERITY_WORDS[verdict.severity][lang]} <span>${
        context.clockTrusted
          ? html`${say('since', lang)} <time datetime="${verdict.since}">${formatTime(since, context)}</time> (${age})`
          : age
      }</span></p>
      <div role="status"><h1>${verdict.title[lang]}</h1></div>
      <p class="do">→ ${verdict.action[lang]}</p>
      <p class="code">${verdict.code}</p>
    </section>
    ${lamps(status, context)}
    ${also(status, context)}`;
}

function lamps(status: StatusDocument, { lang }: TextContext): Html {
  const items = shownLamps(status).map(
    ([key, lamp]) =>
      html`<li>${mark(lampShape(lamp))}${say(key, lang)}<b>${lampWord(lamp, lang)}</b></li>`,
  );
  return html`<ul class="lamps">${items}</ul>`;
}

function also(status: StatusDocument, { lang }: TextContext): Html | null {
  const open = status.conditions.filter(
    (other) =>
      other.hiddenBy === null &&
      other.code !== 'demo-mode' &&
      !(other.code === status.verdict.code && other.modem === status.verdict.modem),
  );
  if (open.length === 0) {
    return null;
  }
  const items = open
    .slice(0, MOST_ALSO)
    .map(
      (other) =>
        html`<li class="${other.severity}">${mark(other.severity)}<p><b>${SEVERITY_WORDS[other.severity][lang]}</b> ${other.title[lang]}<small>→ ${other.action[lang]}</small></p></li>`,
    );
  const rest =
    open.length > MOST_ALSO
      ? new Html(`<li>+${open.length - MOST_ALSO} ${say('more', lang)}</li>`)
      : null;
  return html`<section class="also"><h2>${say('also', lang)}</h2><ul class="also">${items}${rest}</ul></section>`;
}
