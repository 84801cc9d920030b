import { type Problem, problem } from './problems.ts';

/** The headers that decide about a request, first of each; others are not looked at. */
export interface RequestHead {
  host: string | undefined;
  authorization: string | undefined;
  contentType: string | undefined;
  contentLength: string | undefined;
  contentEncoding: string | undefined;
  transferEncoding: string | undefined;
  idempotencyKey: string | undefined;
  origin: string | undefined;
  secFetchSite: string | undefined;
  secPurpose: string | undefined;
  /** `X-Forwarded-For` or `Forwarded` is there: the socket's address is not the caller's. */
  forwarded: boolean;
  /** Name of a header above that came more than once, or null. */
  repeated: string | null;
}

/** Reads `IncomingMessage.rawHeaders` once, without building the object of all headers. */
export function readHead(raw: readonly string[]): RequestHead {
  const head: RequestHead = {
    host: undefined,
    authorization: undefined,
    contentType: undefined,
    contentLength: undefined,
    contentEncoding: undefined,
    transferEncoding: undefined,
    idempotencyKey: undefined,
    origin: undefined,
    secFetchSite: undefined,
    secPurpose: undefined,
    forwarded: false,
    repeated: null,
  };
  for (let index = 0; index < raw.length; index += 2) {
    const field = fieldOf(raw[index] ?? '');
    if (field === null) {
      continue;
    }
    if (field === 'forwarded') {
      head.forwarded = true;
    } else if (head[field] === undefined) {
      head[field] = raw[index + 1];
    } else {
      head.repeated = raw[index] ?? null;
    }
  }
  return head;
}

/** Repeated deciding headers are an attack or a fault; which one counts is not guessed. */
export function repeatedHeader(head: RequestHead): Problem {
  return head.repeated?.toLowerCase() === 'host'
    ? problem('host-missing')
    : problem('bad-request', { detail: `Send the header ${head.repeated} only once.` });
}

type Field = Exclude<keyof RequestHead, 'repeated'>;

function fieldOf(name: string): Field | null {
  switch (name.length) {
    case 4:
      return is(name, 'Host', 'host') ? 'host' : null;
    case 6:
      return is(name, 'Origin', 'origin') ? 'origin' : null;
    case 9:
      return is(name, 'Forwarded', 'forwarded') ? 'forwarded' : null;
    case 11:
      return is(name, 'Sec-Purpose', 'sec-purpose') ? 'secPurpose' : null;
    case 12:
      return is(name, 'Content-Type', 'content-type') ? 'contentType' : null;
    case 13:
      return is(name, 'Authorization', 'authorization') ? 'authorization' : null;
    case 14:
      return is(name, 'Content-Length', 'content-length')
        ? 'contentLength'
        : is(name, 'Sec-Fetch-Site', 'sec-fetch-site')
          ? 'secFetchSite'
          : null;
    case 15:
      return is(name, 'Idempotency-Key', 'idempotency-key')
        ? 'idempotencyKey'
        : is(name, 'X-Forwarded-For', 'x-forwarded-for')
          ? 'forwarded'
          : null;
    case 16:
      return is(name, 'Content-Encoding', 'content-encoding') ? 'contentEncoding' : null;
    case 17:
      return is(name, 'Transfer-Encoding', 'transfer-encoding') ? 'transferEncoding' : null;
    default:
      return null;
  }
}

function is(name: string, usual: string, lower: string): boolean {
  return name === usual || name === lower || name.toLowerCase() === lower;
}
