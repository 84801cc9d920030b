import {
  formatAge,
  formatBytes,
  formatNumber,
  type Language,
  type TextContext,
} from '../domain/conditions/format.ts';
import { type Html, html } from './html.ts';
import { facts, milliseconds, number } from './page-parts.ts';
import type { StatusDocument } from './status-document.ts';
import { START_WORDS, say } from './words.ts';

/** The machine: heat, memory, disk, clock, addresses. */
export function boxCard(status: StatusDocument, context: TextContext): Html {
  const { lang } = context;
  const { box, site } = status;
  const up = formatAge(status.uptimeSeconds, lang, 'down');
  const heat =
    box.temperatureC === null
      ? null
      : `${formatNumber(Math.round(box.temperatureC), lang)}\u00a0°C`;
  const bytes = (value: number | null): string | null =>
    value === null ? null : formatBytes(value, lang);
  return html`<details class="card"><summary><h2>${say('box', lang)}</h2><span class="sum">${
    heat === null ? null : `${heat}, `
  }${up} ${say('uptime', lang)}</span></summary>
    ${facts([
      [say('temperature', lang), heat ?? say('notMeasured', lang)],
      [
        say('voltage', lang),
        box.inputVolts === null
          ? null
          : `${formatNumber(Math.round(box.inputVolts * 100) / 100, lang, 2)}\u00a0V`,
      ],
      [say('memoryFree', lang), bytes(box.memoryAvailableBytes)],
      [say('diskFree', lang), bytes(box.diskFreeBytes)],
      [say('card', lang), box.storage.card],
      [
        say('cardWear', lang),
        box.storage.wearEstimateRatio === null
          ? null
          : `${formatNumber(Math.round(box.storage.wearEstimateRatio * 100), lang)}\u00a0%`,
      ],
      [say('clock', lang), box.clock.trusted ? say('clockSet', lang) : say('clockNotSet', lang)],
      [say('uptime', lang), up],
      [say('lastStart', lang), box.lastRestart === null ? null : startWord(box.lastRestart, lang)],
      ['IP', site.addresses[0] ?? null],
      [say('version', lang), systemName(box)],
    ])}</details>`;
}

function startWord(
  { reason, unclean7d }: NonNullable<StatusDocument['box']['lastRestart']>,
  lang: Language,
): string {
  const word = START_WORDS[reason]?.[lang] ?? reason;
  return unclean7d === 0
    ? word
    : `${word} (${formatNumber(unclean7d, lang)} ${say('uncleanStops', lang)})`;
}

/** `1.4.0, A, 0123456789ab development-signed`, as far as it is known. */
function systemName({ version, slot, imageId }: StatusDocument['box']): string {
  return [version, slot, imageId].filter((word) => word !== null).join(', ');
}

/** What the server carries now, beside what was once proven. */
export function capacityCard({ capacity }: StatusDocument, context: TextContext): Html {
  const { lang } = context;
  const share = (used: number | null, limit: number | null): string | null =>
    used === null
      ? null
      : `${number(used, context)} / ${limit === null ? '?' : number(limit, context)}`;
  const connections = share(capacity.connectionsOpen, capacity.connectionsLimit);
  return html`<details class="card"><summary><h2>${say('capacity', lang)}</h2><span class="sum">${connections}</span></summary>
    ${facts([
      [say('connections', lang), connections],
      [
        say('perSecond', lang),
        capacity.requestsPerSecond === null ? null : number(capacity.requestsPerSecond, context),
      ],
      [say('files', lang), share(capacity.fdUsed, capacity.fdLimit)],
      [
        say('loopDelay', lang),
        capacity.loopDelayP99Ms === null ? null : milliseconds(capacity.loopDelayP99Ms, context),
      ],
      [
        say('commit', lang),
        `${milliseconds(capacity.commitP50Ms, context)} / ${milliseconds(capacity.commitP99Ms, context)}`,
      ],
    ])}
    <p class="note">${say('notProven', lang)}</p><p class="note">${say('paper', lang)}</p></details>`;
}
