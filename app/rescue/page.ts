import { createHash } from 'node:crypto';
import type { Language, Reason, Words } from './reason.ts';
import type { UnitFacts } from './unit-facts.ts';

export interface PageFacts {
  readonly reason: Reason;
  readonly hostname: string;
  /** Since the API last ran, or since the box started. */
  readonly ageSeconds: number;
  /** The API ran since the box started. */
  readonly ran: boolean;
  /** Wall time of that moment; null while the clock is not set. */
  readonly since: Date | null;
  readonly modem: UnitFacts;
}

const STYLE =
  ':root{color-scheme:light}*{box-sizing:border-box}' +
  'body{margin:0 auto;max-width:640px;padding:0 12px 24px;font:17px/1.4 system-ui,sans-serif;color:#111;background:#fff;overflow-wrap:anywhere}' +
  'header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:0 16px}header p{margin:0;font-weight:700}' +
  'a{color:inherit;display:inline-flex;align-items:center;min-height:48px;padding:0 8px}' +
  'a:focus-visible{outline:3px solid #000;box-shadow:0 0 0 6px #fff}' +
  '.v{padding:14px;border:4px solid #000;margin:7px 3px 15px}.v p{margin:0}' +
  '.v .sev{font-weight:700;display:flex;gap:8px;align-items:center}.v .do{font-size:18px}.v .code{font-size:14px;margin-top:6px}' +
  '.down{background:#b00020;color:#fff;border:8px double #fff;outline:3px solid #b00020}.info{background:#c7f0ff;color:#000;border-style:dotted}' +
  'h1{font-size:24px;line-height:1.25;margin:8px 0}svg{width:28px;height:28px;flex:none}' +
  'dl{margin:0;border:2px solid #767676;padding:10px 12px}dt{color:#3d3d3d}dd{margin:0 0 10px}dd:last-child{margin:0}' +
  '@media print{.v,.v.down{background:#fff;color:#000;border-color:#000}nav{display:none}}';

/** For `style-src`: only this style may run. */
export const STYLE_HASH: string = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

const SHAPES: Readonly<Record<Reason['severity'], string>> = {
  down: '<path d="M9 1h14l8 8v14l-8 8H9l-8-8V9z" fill="#b00020" stroke="#fff" stroke-width="2"/><path d="M10 10l12 12M22 10L10 22" stroke="#fff" stroke-width="4"/>',
  info: '<path d="M2 2h28v28H2z" fill="#c7f0ff" stroke="#000" stroke-width="2"/><path d="M16 13v12M16 6v4" stroke="#000" stroke-width="4"/>',
};
const SEVERITIES: Readonly<Record<Reason['severity'], Words>> = {
  down: { en: 'DOWN', id: 'MATI' },
  info: { en: 'NOTE', id: 'CATATAN' },
};

/** The whole page in one response: no script, no picture, nothing to load. */
export function renderPage(facts: PageFacts, lang: Language): string {
  const { reason } = facts;
  const { severity } = reason;
  const glyph = severity === 'down' ? '✕' : 'i';
  const other = lang === 'en' ? 'id' : 'en';
  return (
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<link rel="icon" href="data:,"><title>${glyph} ${text(facts.hostname)} – ${text(reason.title[lang])}</title>` +
    `<style>${STYLE}</style></head><body>` +
    `<header><p>${text(facts.hostname)}</p><nav>` +
    `<a href="?lang=${lang}">${lang === 'en' ? 'Refresh' : 'Segarkan'}</a>` +
    `<a href="?lang=${other}" hreflang="${other}" lang="${other}">${other === 'en' ? 'English' : 'Bahasa Indonesia'}</a></nav></header>` +
    `<main><section class="v ${severity}" id="api-stopped"><p class="sev">` +
    `<svg viewBox="0 0 32 32" aria-hidden="true">${SHAPES[severity]}</svg>${SEVERITIES[severity][lang]}</p>` +
    `<div role="status"><h1>${text(reason.title[lang])}</h1></div>` +
    `<p class="do">→ ${text(reason.action[lang])}</p><p class="code">api-stopped</p></section>` +
    `<dl><dt>${lang === 'en' ? 'Not running since' : 'Tidak berjalan sejak'}</dt><dd>${sinceText(facts, lang)}</dd>` +
    `<dt>${lang === 'en' ? 'What systemd says' : 'Kata systemd'}</dt><dd>${text(reason.said[lang])}</dd>` +
    `<dt>${lang === 'en' ? 'Sending of stored messages' : 'Pengiriman pesan tersimpan'}</dt><dd>${senderText(facts.modem)[lang]}</dd></dl>` +
    '</main></body></html>\n'
  );
}

function sinceText({ ageSeconds, ran, since }: PageFacts, lang: Language): string {
  const age = ageText(ageSeconds, lang);
  const clock =
    since === null
      ? ''
      : ` (<time datetime="${since.toISOString()}">${clockText(since, lang)}</time>)`;
  if (ran) {
    return lang === 'en' ? `${age} ago${clock}` : `${age} yang lalu${clock}`;
  }
  return lang === 'en'
    ? `The box was switched on ${age} ago${clock}; the program has not run yet.`
    : `Alat dinyalakan ${age} yang lalu${clock}; program belum berjalan.`;
}

function senderText(modem: UnitFacts): Words {
  if (modem.active === 'active') {
    return {
      en: 'The sending program runs; what is stored goes out.',
      id: 'Program pengirim berjalan; pesan tersimpan tetap dikirim.',
    };
  }
  return modem.active === 'unknown'
    ? { en: 'Unknown.', id: 'Tidak diketahui.' }
    : { en: 'The sending program is not running.', id: 'Program pengirim tidak berjalan.' };
}

/** Rounded down, one unit, with no-break spaces. */
export function ageText(seconds: number, lang: Language): string {
  const units: readonly (readonly [number, Words])[] = [
    [86_400, { en: 'days', id: 'hari' }],
    [3_600, { en: 'h', id: 'jam' }],
    [60, { en: 'min', id: 'mnt' }],
    [1, { en: 's', id: 'dtk' }],
  ];
  const [size, word] = units.find(([least]) => seconds >= least) ?? [1, { en: 's', id: 'dtk' }];
  return `${Math.floor(seconds / size)}\u00a0${word[lang]}`;
}

/** Day and 24-hour time in the system's zone. */
function clockText(at: Date, lang: Language): string {
  return new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : 'id-ID', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at);
}

function text(raw: string): string {
  return raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
