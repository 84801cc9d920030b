import { nearestWord } from '../../domain/nearest.ts';
import { formFields } from '../form-fields.ts';
import { PAGE_LIMIT } from '../input-schemas.ts';
import { invalidParameter, problem } from '../problems.ts';
import { parseRfc3339 } from '../rfc3339.ts';
import { type Call, Refusal, type Route } from './route.ts';

const DEFAULT_LIMIT = 50;
const LONGEST_CURSOR = 200;

/** The query parameters of a route; refuses unknown and repeated ones. */
export function readQuery(route: Route, url: string): Record<string, string | undefined> {
  const mark = url.indexOf('?');
  const encoded = mark === -1 ? '' : url.slice(mark + 1);
  if (encoded === '' || route.query === undefined) {
    // Routes without parameters ignore what is there (cache busters of browsers and monitors).
    return {};
  }
  const known = route.query.map(({ name }) => name);
  for (const pair of encoded.split('&', 64)) {
    const name = pair.split('=', 1)[0] ?? '';
    if (name !== '' && !known.includes(name)) {
      const near = nearestWord(name, known);
      throw new Refusal(
        invalidParameter(
          name.slice(0, 64),
          near === null
            ? `is not a known parameter; known are ${known.join(', ')}`
            : `is not a known parameter; did you mean "${near}"?`,
        ),
      );
    }
  }
  const fields = formFields(encoded, known);
  if (fields === 'malformed') {
    throw new Refusal(problem('bad-query'));
  }
  if ('repeated' in fields) {
    throw new Refusal(invalidParameter(fields.repeated, 'must be given only once'));
  }
  return Object.fromEntries(known.map((name, index) => [name, fields.values[index] ?? undefined]));
}

/** `limit` and `cursor` of a list. */
export function pageOf(query: Call['query']): { limit: number; cursor?: string } {
  const written = query['limit'];
  const limit = written === undefined ? DEFAULT_LIMIT : Number(written);
  if (!/^[1-9]\d*$/.test(written ?? '1') || limit > PAGE_LIMIT) {
    throw new Refusal(invalidParameter('limit', `must be a whole number from 1 to ${PAGE_LIMIT}`));
  }
  const cursor = query['cursor'];
  if (cursor === undefined || cursor === '') {
    return { limit };
  }
  if (cursor.length > LONGEST_CURSOR || !/^[\w.~-]+$/.test(cursor)) {
    throw new Refusal(invalidParameter('cursor', 'must be the nextCursor of an earlier answer'));
  }
  return { limit, cursor };
}

export function sinceOf(query: Call['query']): { sinceMs?: number } {
  const written = query['since'];
  if (written === undefined || written === '') {
    return {};
  }
  // An unencoded "+" of a time zone arrives as a space.
  const sinceMs = parseRfc3339(written.replace(/ (\d{2}:\d{2})$/, '+$1'));
  if (sinceMs === null) {
    throw new Refusal(
      invalidParameter('since', 'must be a time as in RFC 3339, for example 2026-11-21T07:00:00Z'),
    );
  }
  return { sinceMs };
}
