export type Language = 'en' | 'id';

export interface TextContext {
  readonly lang: Language;
  /** IANA name, for example `Asia/Jakarta`. */
  readonly timeZone: string;
  readonly nowMs: number;
  readonly clockTrusted: boolean;
}

const UNKNOWN: Readonly<Record<Language, string>> = { en: 'unknown', id: 'tidak diketahui' };
const UNITS = {
  en: { s: 's', min: 'min', h: 'h', days: 'days' },
  id: { s: 'dtk', min: 'mnt', h: 'jam', days: 'hari' },
} as const;
const NBSP = '\u00a0';

export function unknownWord(lang: Language): string {
  return UNKNOWN[lang];
}

/** `1,234.5` in English, `1.234,5` in Indonesian, with a true minus. */
export function formatNumber(value: number, lang: Language, digits: number = 1): string {
  const rounded = Math.abs(value).toFixed(Number.isInteger(value) ? 0 : digits);
  const [whole = '0', fraction] = rounded.split('.');
  const [group, point] = lang === 'en' ? [',', '.'] : ['.', ','];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  const zero = Number(rounded) === 0;
  return `${value < 0 && !zero ? '−' : ''}${grouped}${fraction === undefined ? '' : point + fraction}`;
}

/** `4 s`, `5 min`, `3 h`, `2 days`, in whole units: waits are rounded up, running times down. */
export function formatAge(seconds: number, lang: Language, round: 'up' | 'down' = 'up'): string {
  const whole = round === 'up' ? (value: number) => Math.max(1, Math.ceil(value)) : Math.floor;
  const [value, unit] =
    seconds < 60
      ? [seconds, UNITS[lang].s]
      : seconds < 3600
        ? [seconds / 60, UNITS[lang].min]
        : seconds < 48 * 3600
          ? [seconds / 3600, UNITS[lang].h]
          : [seconds / 86_400, UNITS[lang].days];
  return `${formatNumber(whole(value), lang)}${NBSP}${unit}`;
}

/** An estimate: never seconds above two minutes. */
export function formatEta(seconds: number, lang: Language): string {
  if (seconds <= 120) {
    return `${formatNumber(Math.max(1, Math.ceil(seconds)), lang)}${NBSP}${lang === 'en' ? 's' : 'detik'}`;
  }
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 120
    ? `${formatNumber(minutes, lang)}${NBSP}${lang === 'en' ? 'min' : 'menit'}`
    : `${formatNumber(Math.ceil(minutes / 60), lang)}${NBSP}${lang === 'en' ? 'h' : 'jam'}`;
}

export function formatBytes(bytes: number, lang: Language): string {
  const mib = bytes / 1024 ** 2;
  return mib < 1024
    ? `${formatNumber(Math.floor(mib), lang)}${NBSP}MiB`
    : `${formatNumber(Math.round((mib / 1024) * 10) / 10, lang)}${NBSP}GiB`;
}

/** Abbreviations of the zones in which most boxes stand; each name is an IANA time zone. */
export const ZONES: Readonly<Record<string, string>> = {
  'Asia/Jakarta': 'WIB',
  'Asia/Pontianak': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Jayapura': 'WIT',
  UTC: 'UTC',
};
const formatters = new Map<string, Intl.DateTimeFormat>();

interface LocalTime {
  readonly day: string;
  readonly month: number;
  readonly year: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

function localTime(atMs: number, timeZone: string): LocalTime {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  const parts = new Map(formatter.formatToParts(atMs).map((part) => [part.type, part.value]));
  const get = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  return {
    day: get('day'),
    month: Number(get('month')),
    year: get('year'),
    hour: get('hour'),
    minute: get('minute'),
    second: get('second'),
  };
}

const MONTHS: Readonly<Record<Language, string>> = {
  en: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec',
  id: 'Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des',
};

/** `14:03 WIB` today, `20 Nov 23:10` on another day; with a clock nobody may believe, the age. */
export function formatTime(atMs: number, context: TextContext, seconds: boolean = false): string {
  const { lang, timeZone, nowMs } = context;
  if (!Number.isFinite(atMs)) {
    return UNKNOWN[lang];
  }
  const at = localTime(atMs, timeZone);
  const now = localTime(nowMs, timeZone);
  const colon = lang === 'en' ? ':' : '.';
  const time = [at.hour, at.minute, ...(seconds ? [at.second] : [])].join(colon);
  if (at.day === now.day && at.month === now.month && at.year === now.year) {
    return `${time}${NBSP}${ZONES[timeZone] ?? ''}`.trimEnd();
  }
  const month = MONTHS[lang].split(' ')[at.month - 1] ?? '';
  return `${Number(at.day)}${NBSP}${month} ${time}`;
}

export function formatAgo(atMs: number, { lang, nowMs }: TextContext): string {
  if (!Number.isFinite(atMs)) {
    return UNKNOWN[lang];
  }
  const age = formatAge(Math.max(0, (nowMs - atMs) / 1000), lang, 'down');
  return lang === 'en' ? `${age} ago` : `${age} lalu`;
}

/** `CMS 38` for `cms-38`; other codes as they stand. */
export function formatCode(code: string): string {
  return code.replace(/^(cms|cme)-/, (prefix) => `${prefix.slice(0, 3).toUpperCase()} `);
}
