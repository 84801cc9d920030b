import {
  formatAge,
  formatCode,
  formatEta,
  formatTime,
  type TextContext,
} from '../domain/conditions/format.ts';
import { type Html, html } from './html.ts';
import { facts, number, seconds } from './page-parts.ts';
import { depthChart } from './page-shapes.ts';
import type { MessageLine, StatusDocument } from './status-document.ts';
import { CLASS_WORDS, MESSAGE_WORDS, say } from './words.ts';

/** How much waits and for how long. */
export function queueCard({ queue }: StatusDocument, context: TextContext): Html {
  const { lang } = context;
  const waits = queue.queueDepth > 0;
  const eta =
    queue.drainEtaSeconds === null
      ? say('etaUnknown', lang)
      : `${say('done', lang)} ${formatEta(queue.drainEtaSeconds, lang)}`;
  const known = (value: number | null): string | null =>
    value === null || value === 0 ? null : number(value, context);
  return html`<section class="card">
    <h2>${say('queue', lang)}</h2>
    <p class="big">${number(queue.queueDepth, context)} <small>${say('messages', lang)}${
      queue.queueParts === null
        ? null
        : ` · ${number(queue.queueParts, context)} ${say('parts', lang)}`
    }</small></p>
    ${waits ? html`<p class="note">${eta}</p>` : null}
    ${facts([
      [
        say('oldest', lang),
        queue.oldestQueuedAgeSeconds === null
          ? null
          : formatAge(queue.oldestQueuedAgeSeconds, lang),
      ],
      [say('arrivals', lang), number(queue.arrivalsPerMinute, context)],
      [say('departures', lang), number(queue.departuresPerMinute, context)],
      [say('sending', lang), known(queue.sending)],
      [say('scheduled', lang), known(queue.scheduled)],
      [say('backingOff', lang), known(queue.backingOff)],
      [say('uncertain', lang), number(queue.uncertain, context)],
    ])}
    ${depthChart(queue.depthLast60Minutes, lang) ?? html`<p class="note">${say('chartLater', lang)}</p>`}
  </section>`;
}

export function messagesCard({ messages }: StatusDocument, context: TextContext): Html {
  const { lang } = context;
  const [newest] = messages;
  const summary =
    newest === undefined
      ? say('noMessages', lang)
      : `${formatTime(Date.parse(newest.acceptedAt), context)} · ${MESSAGE_WORDS[newest.status][lang]}`;
  const body =
    newest === undefined
      ? html`<p class="note">${say('noMessages', lang)}</p>`
      : html`<table><caption>${say('lastMessages', lang)}</caption>
        <thead><tr><th scope="col">${say('time', lang)}</th><th scope="col">${say('recipient', lang)}</th><th scope="col">${say('state', lang)}</th><th scope="col">${lang === 'en' ? 's' : 'dtk'}</th></tr></thead>
        <tbody>${messages.map((message) => messageRow(message, context))}</tbody></table>`;
  return html`<details class="card wide"><summary><h2>${say('lastMessages', lang)}</h2><span class="sum">${summary}</span></summary>${body}</details>`;
}

function messageRow(message: MessageLine, context: TextContext): Html {
  const { lang } = context;
  const words = [
    MESSAGE_WORDS[message.status][lang],
    ...(message.errorCode === null ? [] : [formatCode(message.errorCode)]),
    ...(message.simulated ? [say('simulated', lang)] : []),
  ];
  const time = formatTime(Date.parse(message.acceptedAt), context).replace(/\s?[A-Z]+$/, '');
  return html`<tr class="${message.status === 'uncertain' ? 'now' : ''}"><td><time datetime="${message.acceptedAt}">${time}</time></td><td>${message.to}</td><td>${words.join(' · ')}</td><td>${
    message.sentAfterMs === null
      ? '–'
      : seconds(message.sentAfterMs, context).replace(/\u00a0.*/, '')
  }</td></tr>`;
}

export function lastErrorCard({ lastError }: StatusDocument, context: TextContext): Html {
  const { lang } = context;
  if (lastError === null) {
    return html`<section class="card"><h2>${say('lastError', lang)}</h2><p class="note">${say('noError', lang)}</p></section>`;
  }
  const when = lastError.at === null ? null : `${formatTime(Date.parse(lastError.at), context)} · `;
  const count =
    lastError.countToday === null ? null : ` · ${lastError.countToday}× ${say('today', lang)}`;
  return html`<section class="card"><h2>${say('lastError', lang)}</h2>
    <b>${lastError.title[lang]}</b>
    <p class="note">${when}${formatCode(lastError.code)} · ${CLASS_WORDS[lastError.class][lang]}${count}</p>
    <p class="note">→ ${lastError.remedy[lang]}</p></section>`;
}
