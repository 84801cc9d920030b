/** Where a text stops being JSON, both counted from 1, and what to do there. Repeats nothing of the text. */
export interface Slip {
  readonly line: number;
  readonly column: number;
  readonly remedy: string;
}

type Wanted = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma' | 'nothing';

interface Token {
  /** A sign itself, or: a whole text, a number or word, a text without end, none of these, the end. */
  readonly kind: '{' | '}' | '[' | ']' | ':' | ',' | 'text' | 'bare' | 'unclosed' | 'other' | 'end';
  readonly at: number;
  readonly end: number;
}

const SPACE = /[ \t\r\n]*/y;
/** RFC 8259 §7: anything from the space on but quote and backslash, or an escape. */
const TEXT = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/y;
/** RFC 8259 §6 and §3, up to where something else begins. */
const BARE =
  /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null)(?=[ \t\r\n,:{}[\]"]|$)/y;
const SIGN = /[{}[\]:,]/y;

/** The first fault of a text that is not JSON; null for JSON. The parser's own words give no place on Node 20. */
export function slipIn(text: string): Slip | null {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  let before: Token | null = null;
  for (let token = tokenAt(text, 0); ; token = tokenAt(text, token.end)) {
    if (token.kind === 'end' && wanted === 'nothing') {
      return null;
    }
    const next = follow(wanted, token, open);
    if (next === null) {
      const trailing = before?.kind === ',' && (token.kind === '}' || token.kind === ']');
      return trailing && before !== null
        ? slipAt(text, before.at, 'Take this comma out: nothing comes after it.')
        : slipAt(text, token.at, remedyOf(wanted, token, text));
    }
    wanted = next;
    before = token;
  }
}

/** What may come after `token`, or null where it may not stand. Keeps `open` up to date. */
function follow(wanted: Wanted, { kind }: Token, open: ('{' | '[')[]): Wanted | null {
  const atValue = wanted === 'value' || wanted === 'value or end';
  const atName = wanted === 'name' || wanted === 'name or end';
  const whole = (): Wanted => (open.length === 0 ? 'nothing' : 'comma');
  switch (kind) {
    case 'text':
      return atName ? 'colon' : atValue ? whole() : null;
    case 'bare':
      return atValue ? whole() : null;
    case '{':
    case '[':
      if (!atValue) {
        return null;
      }
      open.push(kind);
      return kind === '{' ? 'name or end' : 'value or end';
    case '}':
    case ']': {
      const [bracket, empty] = kind === '}' ? ['{', 'name or end'] : ['[', 'value or end'];
      if (open.at(-1) !== bracket || (wanted !== 'comma' && wanted !== empty)) {
        return null;
      }
      open.pop();
      return whole();
    }
    case ':':
      return wanted === 'colon' ? 'value' : null;
    case ',':
      return wanted !== 'comma' ? null : open.at(-1) === '{' ? 'name' : 'value';
    case 'unclosed':
    case 'other':
    case 'end':
      return null;
  }
}

function tokenAt(text: string, from: number): Token {
  const at = from + (lengthOf(SPACE, text, from) ?? 0);
  const token = (kind: Token['kind'], length: number): Token => ({ kind, at, end: at + length });
  if (at === text.length) {
    return token('end', 0);
  }
  const sign = lengthOf(SIGN, text, at);
  if (sign !== null) {
    return token(text[at] as Token['kind'], sign);
  }
  const whole = lengthOf(TEXT, text, at);
  if (whole !== null) {
    return token('text', whole);
  }
  const bare = lengthOf(BARE, text, at);
  return bare === null ? token(text[at] === '"' ? 'unclosed' : 'other', 0) : token('bare', bare);
}

function lengthOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? null;
}

function remedyOf(wanted: Wanted, { kind, at }: Token, text: string): string {
  const sign = text[at] ?? '';
  if (kind === 'end') {
    return 'The text ends too early: close each { with } and each [ with ].';
  }
  if (kind === 'unclosed') {
    return 'Close the text that begins there with a straight quote (") on the same line; write each \\ in it twice.';
  }
  if (/[\u2018-\u201f«»'`´]/.test(sign)) {
    return 'Type the quotes anew: they must be the straight double ones (").';
  }
  if (/[/#]/.test(sign)) {
    return 'Take the remark out: JSON knows none.';
  }
  if (/[^\S \t\r\n]|[\u200b-\u200d\u2060]/.test(sign)) {
    return 'Type the space anew: it is not the one of the space bar.';
  }
  switch (wanted) {
    case 'value':
    case 'value or end':
      return kind === 'other'
        ? 'Put the value between straight quotes (").'
        : 'A value is missing before it, or this sign is one too many.';
    case 'name':
    case 'name or end':
      return 'Put the name of the field between straight quotes (").';
    case 'colon':
      return 'Put a colon (:) between the name of the field and its value.';
    case 'comma':
      return kind === 'text'
        ? 'Put a comma before it.'
        : 'Look there, and at the end of the line before, for a missing or extra comma, quote or bracket.';
    case 'nothing':
      return 'Nothing may follow the bracket that closes the first one.';
  }
}

function slipAt(text: string, at: number, remedy: string): Slip {
  const lines = text.slice(0, at).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, remedy };
}
