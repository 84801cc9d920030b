/** Markup that is safe to put into a page as it stands. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Hole = Html | string | number | null | readonly Html[];

/** Text holes are escaped, `Html` holes are not; null leaves nothing behind. */
export function html(pieces: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  const text = pieces.map(
    (piece, index) => piece.replace(/\n\s*/g, '') + show(holes[index] ?? null),
  );
  return new Html(text.join(''));
}

function show(hole: Hole): string {
  if (hole === null) {
    return '';
  }
  if (hole instanceof Html) {
    return hole.markup;
  }
  return typeof hole === 'object'
    ? hole.map((part) => part.markup).join('')
    : escapeHtml(String(hole));
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
