import type { Params } from './condition.ts';
import {
  formatAge,
  formatAgo,
  formatBytes,
  formatCode,
  formatEta,
  formatNumber,
  formatTime,
  type Language,
  type TextContext,
  unknownWord,
} from './format.ts';
import { conditionByCode } from './index.ts';
import type { ShownCondition } from './verdict.ts';

const PLACEHOLDER = /\{(\w+)(?:\|(\w+))?\}/g;

/** Puts `params` into a sentence; a value that is not known is said to be unknown, never 0. */
function fill(template: string, params: Params, context: TextContext): string {
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
    const write = TEXT_FORMATS[format ?? ''];
    return write === undefined ? value : write(value, context);
  }
  const write = NUMBER_FORMATS[format ?? ''] ?? formatNumber;
  return write(value, lang);
}

type Formats<T, C> = Readonly<Record<string, (value: T, context: C) => string>>;
const TEXT_FORMATS: Formats<string, TextContext> = {
  time: (at, context) => formatTime(Date.parse(at), context),
  ago: (at, context) => formatAgo(Date.parse(at), context),
  code: (code) => formatCode(code),
};
const NUMBER_FORMATS: Formats<number, Language> = {
  age: (seconds, lang) => formatAge(seconds, lang),
  eta: formatEta,
  bytes: formatBytes,
};

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
