import { formatNumber, type TextContext, unknownWord } from '../domain/conditions/format.ts';
import { type Html, html } from './html.ts';

/** Rows of name and value; a row whose value is null is left out. */
export function facts(rows: readonly (readonly [string, string | null])[]): Html {
  const items = rows
    .filter(([, value]) => value !== null)
    .map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  return html`<dl>${items}</dl>`;
}

export function number(value: number | null, { lang }: TextContext): string {
  return value === null ? unknownWord(lang) : formatNumber(value, lang);
}

/** Milliseconds as seconds with one decimal. */
export function seconds(ms: number | null, { lang }: TextContext): string {
  return ms === null
    ? '–'
    : `${formatNumber(Math.round(ms / 100) / 10, lang)}\u00a0${lang === 'en' ? 's' : 'dtk'}`;
}

export function milliseconds(ms: number | null, { lang }: TextContext): string {
  return ms === null ? '–' : `${formatNumber(Math.round(ms), lang)}\u00a0ms`;
}
