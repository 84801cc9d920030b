import { isAscii, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type Problem, problem } from './problems.ts';
import type { RequestHead } from './request-head.ts';

type BodyHeaders = Pick<RequestHead, 'contentEncoding' | 'contentType'>;

/**
 * Collects a request body of at most `limitBytes`, then calls `done` once with the octets or with
 * the refusal. `declared` is the Content-Length header. When the client goes away, nothing is called.
 */
export function readBody(
  request: IncomingMessage,
  declared: string | undefined,
  limitBytes: number,
  done: (body: Buffer | Problem) => void,
): void {
  if (declared !== undefined && Number(declared) > limitBytes) {
    done(tooLarge(limitBytes));
    return;
  }
  let first: Buffer | null = null;
  let rest: Buffer[] | null = null;
  let bytes = 0;
  let over = false;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (over) {
      return;
    }
    if (bytes > limitBytes) {
      over = true;
      first = null;
      rest = null;
      done(tooLarge(limitBytes));
    } else if (first === null) {
      first = chunk;
    } else if (rest === null) {
      rest = [first, chunk];
    } else {
      rest.push(chunk);
    }
  });
  request.on('end', () => {
    if (!over) {
      done(rest !== null ? Buffer.concat(rest) : (first ?? EMPTY));
    }
  });
}

const EMPTY = Buffer.alloc(0);

function tooLarge(limitBytes: number): Problem {
  return problem('body-too-large', {
    detail: `A body may have at most ${limitBytes} octets here.`,
  });
}

/** Null when the headers name JSON in UTF-8, not compressed, else the refusal. */
export function checkJsonType({ contentEncoding, contentType }: BodyHeaders): Problem | null {
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') {
    return problem('media-type-unsupported', {
      detail: 'Send the body as it is, without Content-Encoding.',
    });
  }
  if (contentType === 'application/json') {
    return null;
  }
  const parts = (contentType ?? '').toLowerCase().split(';');
  const charset = parts
    .slice(1)
    .map((part) => part.trim())
    .find((part) => part.startsWith('charset='));
  const utf8 = charset === undefined || /^charset="?(utf-8|utf8|us-ascii)"?$/.test(charset);
  return parts[0]?.trim() === 'application/json' && utf8 ? null : problem('media-type-unsupported');
}

/** Parses JSON text, or says why it can't be (400). */
export function parseJson(body: Buffer): { readonly json: unknown } | Problem {
  const text = utf8Text(body);
  if (text === null) {
    return problem('bad-utf8');
  }
  if (text.length === 0) {
    return problem('bad-json', { detail: 'The body is empty; send a JSON object.' });
  }
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    // V8 quotes the offending text; only the place is worth repeating.
    const place = /at position \d+/.exec(error instanceof Error ? error.message : '')?.[0];
    return problem('bad-json', {
      detail: `The body is not valid JSON${place === undefined ? '' : ` (${place})`}. Check quotes, commas and that it is complete.`,
    });
  }
}

/** The octets as text, without a byte order mark; null when they are not UTF-8. */
export function utf8Text(octets: Buffer): string | null {
  if (isAscii(octets)) {
    return octets.toString('latin1');
  }
  if (!isUtf8(octets)) {
    return null;
  }
  const text = octets.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
