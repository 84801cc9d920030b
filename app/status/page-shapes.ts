import type { Severity } from '../domain/conditions/condition.ts';
import { formatNumber, type Language } from '../domain/conditions/format.ts';
import type { Lamp } from '../domain/conditions/verdict.ts';
import { Html, html } from './html.ts';
import { say } from './words.ts';

type Shape = Severity | 'unknown';

const GLYPHS: Readonly<Record<Shape, string>> = {
  down: '✕',
  degraded: '!',
  info: 'i',
  ok: '✓',
  unknown: '?',
};
const LAMP_SHAPES: Readonly<Record<Lamp | 'simulated', Shape>> = {
  yes: 'ok',
  limited: 'degraded',
  no: 'down',
  unknown: 'unknown',
  simulated: 'info',
};

/** Octagon, triangle, square, circle: told apart without colour. Drawn once, used by reference. */
export const SYMBOLS: Html = new Html(
  '<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false"><defs>' +
    symbol(
      'down',
      '<path d="M9 1h14l8 8v14l-8 8H9l-8-8V9z" fill="#b00020" stroke="#fff" stroke-width="2"/><path d="M10 10l12 12M22 10L10 22" stroke="#fff" stroke-width="4"/>',
    ) +
    symbol(
      'degraded',
      '<path d="M16 2l15 28H1z" fill="#ffd54f" stroke="#000" stroke-width="2"/><path d="M16 11v9M16 23v4" stroke="#000" stroke-width="4"/>',
    ) +
    symbol(
      'info',
      '<path d="M2 2h28v28H2z" fill="#c7f0ff" stroke="#000" stroke-width="2"/><path d="M16 13v12M16 6v4" stroke="#000" stroke-width="4"/>',
    ) +
    symbol(
      'ok',
      '<circle cx="16" cy="16" r="15" fill="#0b5d1e" stroke="#fff" stroke-width="2"/><path d="M8 17l6 6 11-13" fill="none" stroke="#fff" stroke-width="4"/>',
    ) +
    symbol(
      'unknown',
      '<path d="M2 2h28v28H2z" fill="#fff" stroke="#000" stroke-width="2" stroke-dasharray="4 3"/><path d="M11 12c0-7 10-7 10-1 0 4-5 4-5 8M16 22v4" fill="none" stroke="#000" stroke-width="3"/>',
    ) +
    '</defs></svg>',
);

function symbol(shape: Shape, drawing: string): string {
  return `<symbol id="m-${shape}" viewBox="0 0 32 32">${drawing}</symbol>`;
}

export function mark(shape: Shape): Html {
  return new Html(`<svg class="mark" aria-hidden="true"><use href="#m-${shape}"/></svg>`);
}

export function lampShape(lamp: Lamp | 'simulated'): Shape {
  return LAMP_SHAPES[lamp];
}

/** One character for the window's title. */
export function glyph(severity: Severity): string {
  return GLYPHS[severity];
}

export function bars(count: number | null): Html {
  const rects = [1, 2, 3, 4, 5].map((bar) => {
    const height = 4 + bar * 5;
    const place = `x="${(bar - 1) * 11 + 1}" y="${31 - height}" width="8" height="${height}"`;
    return new Html(`<rect class="${count !== null && bar <= count ? 'on' : 'off'}" ${place}/>`);
  });
  return html`<svg class="bars" viewBox="0 0 56 32" aria-hidden="true">${rects}</svg>`;
}

/** The queue's depth minute by minute; null while there is too little to draw. */
export function depthChart(depths: readonly number[], lang: Language): Html | null {
  const first = depths[0];
  const last = depths.at(-1);
  if (first === undefined || last === undefined || depths.length < 3) {
    return null;
  }
  const highest = Math.max(1, ...depths);
  const step = 240 / (depths.length - 1);
  const points = depths.map(
    (depth, index) => `${(index * step).toFixed(1)} ${(60 - (56 * depth) / highest).toFixed(1)}`,
  );
  const [from, to, top] = [first, last, Math.max(...depths)].map((depth) =>
    formatNumber(depth, lang),
  );
  const story =
    lang === 'en'
      ? `from ${from} to ${to}, highest ${top}`
      : `dari ${from} ke ${to}, tertinggi ${top}`;
  return html`<figure class="note">${new Html(
    `<svg class="chart" viewBox="0 0 240 64" preserveAspectRatio="none" aria-hidden="true"><path class="base" d="M0 62H240"/><path d="M${points.join('L')}"/></svg>`,
  )}<figcaption>${say('queueChart', lang)}: ${story}</figcaption></figure>`;
}
