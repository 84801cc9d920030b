import type { Params } from './condition.ts';
import {
  formatAge,
  formatAgo,
  formatBytes,
  formatCode,
  formatEta,
  formatNumber,
  formatTime,
  type TextContext,
  unknownWord,
} from './format.ts';
import { conditionByCode } from './index.ts';
import type { ShownCondition } from './verdict.ts';

const PLACEHOLDER = /\{(\w+)(?:\|(\w+))?\}/g;

/** Puts `params` into a sentence; a value that is not known is said to be unknown, never 0. */
export function fill(template: string, params: Params, context: TextContext): string {
  return template.replace(PLACEHOLDER, (_whole, name: string, format: string | undefined) =>
    formatParam(params[name] ?? null, format, context),
  );
}

function formatParam(
  value: string | number | null,
  format: string | undefined,
  context: TextContext,
): string {
  const { lang } = context;
  if (value === null) {
    return unknownWord(lang);
  }
  if (typeof value === 'string') {
    switch (format) {
      case 'time':
        return formatTime(Date.parse(value), context);
      case 'ago':
        return formatAgo(Date.parse(value), context);
      case 'code':
        return formatCode(value);
      default:
        return value;
    }
  }
  switch (format) {
    case 'age':
      return formatAge(value, lang);
    case 'eta':
      return formatEta(value, lang);
    case 'bytes':
      return formatBytes(value, lang);
    default:
      return formatNumber(value, lang);
  }
}

/** The sentence of a condition and what to do about it. */
export function describe(
  shown: ShownCondition,
  context: TextContext,
): { readonly title: string; readonly action: string } {
  const condition = conditionByCode(shown.code);
  if (condition === null) {
    return { title: shown.code, action: '' };
  }
  const place = shown.modemPlace;
  const prefix =
    place === null
      ? ''
      : `Modem ${place.number} ${context.lang === 'en' ? 'of' : 'dari'} ${place.of}: `;
  return {
    title: prefix + fill(condition[context.lang], shown.params, context),
    action: fill(condition.action[context.lang], shown.params, context),
  };
}
