import { addressList } from './address.ts';
import { answer, answerProblemAsText, TEXT_TYPE } from './answer.ts';
import { type Caller, KEYLESS_CALLER, LOCAL_CALLER } from './authenticator.ts';
import { readBody, utf8Text } from './body.ts';
import type { HttpContext } from './context.ts';
import type { Exchange } from './exchange.ts';
import { formFields } from './form-fields.ts';
import { type FieldError, isProblem, type Problem, problem } from './problems.ts';

/** What `/s.py` was called with; `key` may also come as a header. */
interface LegacyFields {
  readonly rcpt: string | null;
  readonly msg: string | null;
  readonly key: string | null;
  /** What is wrong with the other fields; said only after the key was checked. */
  readonly wrong: Problem | null;
}

/** `GET|POST /s.py?rcpt=…&msg=…[&key=…]`: the original service's call. Errors are one sentence. */
export function legacyCall(context: HttpContext): (exchange: Exchange) => void {
  const { auth, config, hosts, readMessage, accept } = context;
  const mayCall = addressList(config.legacy.allowFrom);

  const refuse = (exchange: Exchange, refusal: Problem): void => {
    exchange.beforeAnswer();
    answerProblemAsText(exchange.request, exchange.response, exchange.requestId, refusal);
    exchange.settled();
  };

  const beforeKey = (exchange: Exchange): Problem | null => {
    const { request, head } = exchange;
    if (!config.legacy.enabled) {
      return problem('not-found', { detail: '/s.py is switched off (legacy.enabled).' });
    }
    if (request.method !== 'GET' && request.method !== 'POST') {
      return problem('method-not-allowed', {
        detail: 'Use GET or POST.',
        headers: ['Allow', 'GET, POST'],
      });
    }
    const site = head.secFetchSite;
    if (
      (site !== undefined && site !== 'same-origin' && site !== 'none') ||
      (head.origin !== undefined && !isOwnOrigin(head.origin, hosts.isOurs))
    ) {
      return problem('cross-site');
    }
    if (head.secPurpose !== undefined) {
      // Browsers fetch an address ahead while it is being typed; that must not send an SMS.
      return problem('cross-site', {
        detail: 'The browser asked before anybody opened this address; open it to send.',
      });
    }
    if (!exchange.local && !mayCall(request.socket.remoteAddress ?? '')) {
      return problem('address-refused', {
        detail: 'This address may not use /s.py; legacy.allowFrom lists those that may.',
      });
    }
    return null;
  };

  const identify = (exchange: Exchange, key: string | null): Caller | Problem => {
    const { head, request } = exchange;
    const address = (): string | undefined => request.socket.remoteAddress;
    if (exchange.local) {
      return LOCAL_CALLER;
    }
    if (head.authorization !== undefined) {
      return auth.caller({ authorization: head.authorization, address }, 'messages:send');
    }
    if (key !== null) {
      return auth.callerOfKey(key, address, 'messages:send');
    }
    return config.legacy.requireKey || head.forwarded
      ? problem('key-missing', {
          detail: 'A key is needed: add &key=psg_… or the header "Authorization: Bearer psg_…".',
          headers: ['WWW-Authenticate', 'Bearer realm="pisang"'],
        })
      : (auth.keyless(address) ?? KEYLESS_CALLER);
  };

  const withForm = (exchange: Exchange, fields: LegacyFields): void => {
    const { request, head } = exchange;
    const inBody = request.method === 'POST' && fields.key === null;
    const early = inBody ? null : identify(exchange, fields.key);
    if (early !== null && isProblem(early)) {
      refuse(exchange, early);
      return;
    }
    if (request.method === 'GET') {
      if (early !== null) {
        take(exchange, early, fields);
      }
      return;
    }
    const type = head.contentType?.split(';')[0]?.trim().toLowerCase();
    if (type !== undefined && type !== 'application/x-www-form-urlencoded') {
      refuse(
        exchange,
        problem('media-type-unsupported', {
          detail: 'Send form fields with "Content-Type: application/x-www-form-urlencoded".',
        }),
      );
      return;
    }
    readBody(request, head.contentLength, config.http.bodyLimitBytes, (body) => {
      if (isProblem(body)) {
        refuse(exchange, body);
        return;
      }
      const sent = readFields(utf8Text(body));
      const caller = early ?? identify(exchange, sent.key);
      if (isProblem(caller)) {
        refuse(exchange, caller);
      } else {
        take(exchange, caller, {
          rcpt: sent.rcpt ?? fields.rcpt,
          msg: sent.msg ?? fields.msg,
          key: null,
          wrong: fields.wrong ?? sent.wrong,
        });
      }
    });
  };

  const take = (exchange: Exchange, caller: Caller, fields: LegacyFields): void => {
    if (fields.wrong !== null) {
      refuse(exchange, fields.wrong);
      return;
    }
    if (fields.rcpt === null || fields.rcpt === '' || fields.msg === null || fields.msg === '') {
      const name = fields.rcpt === null || fields.rcpt === '' ? 'rcpt' : 'msg';
      refuse(exchange, wrongField([{ pointer: '', detail: `${name} is missing` }]));
      return;
    }
    // In a query "+" is a space; " 62…" was meant as "+62…".
    const to = fields.rcpt.startsWith(' ') ? `+${fields.rcpt.trim()}` : fields.rcpt.trim();
    const message = readMessage({ to, text: fields.msg }, '');
    if ('errors' in message) {
      refuse(exchange, wrongField(message.errors));
      return;
    }
    accept([message], caller.name, null).then(
      (outcome) => {
        const { response, requestId } = exchange;
        exchange.beforeAnswer();
        if (outcome.kind === 'refused') {
          refuse(exchange, outcome.refusal);
          return;
        }
        const stored = outcome.kind === 'accepted' ? outcome.messages[0] : undefined;
        if (stored === undefined) {
          response.destroy();
        } else {
          answer(
            response,
            200,
            TEXT_TYPE,
            ['X-Request-Id', requestId, 'Cache-Control', 'no-store'],
            `queued ${stored.id}\n`,
          );
          context.counters.accepted += 1;
        }
        exchange.settled();
      },
      (error: unknown) => {
        context.logger.error({ err: error, requestId: exchange.requestId }, 'enqueue failed');
        exchange.response.destroy();
        exchange.settled();
      },
    );
  };

  return (exchange) => {
    const refusal = beforeKey(exchange);
    if (refusal !== null) {
      refuse(exchange, refusal);
      return;
    }
    const query = exchange.url.indexOf('?');
    const fields = readFields(query === -1 ? '' : exchange.url.slice(query + 1));
    const wait = auth.ready();
    if (wait === null) {
      withForm(exchange, fields);
    } else {
      wait.then(
        () => withForm(exchange, fields),
        () => withForm(exchange, fields),
      );
    }
  };
}

const FIELD_NAMES = ['rcpt', 'msg', 'key'] as const;

/** `encoded` is null when its octets were not UTF-8. */
function readFields(encoded: string | null): LegacyFields {
  const none = { rcpt: null, msg: null, key: null };
  if (encoded === null) {
    return { ...none, wrong: problem('bad-utf8') };
  }
  const fields = formFields(encoded, FIELD_NAMES);
  if (fields !== 'malformed' && 'values' in fields) {
    const [rcpt = null, msg = null, key = null] = fields.values;
    return { rcpt, msg, key, wrong: null };
  }
  const alone = formFields(encoded, ['key']);
  const key = alone !== 'malformed' && 'values' in alone ? (alone.values[0] ?? null) : null;
  return {
    ...none,
    key,
    wrong:
      fields === 'malformed'
        ? problem('bad-query', { detail: 'Percent-encode rcpt and msg as UTF-8.' })
        : wrongField([{ pointer: '', detail: `give ${fields.repeated} only once` }]),
  };
}

/** 422 in the words of this call: `to` is `rcpt` here, `text` is `msg`. */
function wrongField(errors: readonly FieldError[]): Problem {
  const sentence = errors
    .map(
      ({ pointer, detail }) =>
        `${pointer === '/to' ? 'rcpt ' : pointer === '/text' ? 'msg ' : ''}${detail}`,
    )
    .join('; ');
  return problem('invalid-fields', {
    detail: `${sentence}. Call /s.py?rcpt=NUMBER&msg=TEXT.`,
    errors,
  });
}

function isOwnOrigin(origin: string, isOurs: (host: string) => boolean): boolean {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match?.[1] !== undefined && isOurs(match[1]);
}
