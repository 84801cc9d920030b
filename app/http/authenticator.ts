import type { Clock } from '../domain/clock.ts';
import type { Scope } from '../domain/scopes.ts';
import { plainAddress } from './address.ts';
import type { KeyRing } from './key-ring.ts';
import { type Problem, problem } from './problems.ts';
import { rateLimit } from './rate-limit.ts';

/** Who asks. `name` is the key's name and the name space of Idempotency-Keys. */
export interface Caller {
  readonly name: string;
  readonly may: (scope: Scope) => boolean;
}

/** Whoever can open `runDir/api.sock` (its file mode decides). The name can't be a key's. */
export const LOCAL_CALLER: Caller = { name: '(local)', may: () => true };
/** A caller of `/s.py` where `legacy.requireKey` is off. */
export const KEYLESS_CALLER: Caller = {
  name: '(legacy)',
  may: (scope) => scope === 'messages:send',
};

export interface Credentials {
  readonly authorization: string | undefined;
  /** The socket's address; asked only where it matters. */
  readonly address: () => string | undefined;
}

export interface Authenticator {
  /** Null when `caller` may be called at once, else wait for it first. */
  ready(): Promise<void> | null;
  /** The caller behind `Authorization: Bearer`, with `scope`; null asks for any live key. */
  caller(credentials: Credentials, scope: Scope | null): Caller | Problem;
  /** The same for a bare key text. */
  callerOfKey(
    token: string,
    address: () => string | undefined,
    scope: Scope | null,
  ): Caller | Problem;
  /** Counts a call without a key. */
  keyless(address: () => string | undefined): Problem | null;
}

const CHALLENGE = ['WWW-Authenticate', 'Bearer realm="pisang"'] as const;
/** Longer is no key of ours; not worth hashing. */
const LONGEST_KEY = 200;

export function authenticator(
  keys: KeyRing,
  limits: { readonly rateLimitPerMinute: number | null; readonly badKeysPerMinute: number },
  clock: Clock,
): Authenticator {
  const perKey = rateLimit(limits.rateLimitPerMinute, 'rate-limited', clock);
  const limited = limits.rateLimitPerMinute !== null;
  const badKeys = rateLimit(limits.badKeysPerMinute, 'too-many-bad-keys', clock);

  const callerOfKey: Authenticator['callerOfKey'] = (token, address, scope) => {
    const key = token.length > LONGEST_KEY ? null : keys.find(token);
    if (key === null) {
      return (
        keys.unread() ??
        badKeys.take(plainAddress(address())) ??
        problem('key-unknown', { headers: CHALLENGE })
      );
    }
    if (key.allows !== null && !key.allows(address() ?? '')) {
      return problem('address-refused', {
        detail: `The key "${key.name}" may not be used from ${plainAddress(address())}; add this address to its list, or call from a listed one.`,
      });
    }
    if (scope !== null && !key.may(scope)) {
      return problem('scope-missing', {
        detail: `The key "${key.name}" lacks the scope ${scope}; use one made with --scope ${scope}.`,
      });
    }
    // What is open to all spends nothing: whoever polls the status must not use up the sending.
    return (limited && scope !== null ? perKey.take(`k ${key.name}`) : null) ?? key;
  };

  return {
    ready: () => keys.refreshing(),
    callerOfKey,
    caller: ({ authorization, address }, scope) => {
      if (authorization === undefined) {
        return problem('key-missing', { headers: CHALLENGE });
      }
      const token = authorization.startsWith('Bearer psg_')
        ? authorization.slice(7)
        : /^bearer +(\S+)$/i.exec(authorization)?.[1];
      return token === undefined
        ? problem('key-missing', {
            detail: 'The Authorization header must read "Bearer psg_…".',
            headers: CHALLENGE,
          })
        : callerOfKey(token, address, scope);
    },
    keyless: (address) => (limited ? perKey.take(`a ${plainAddress(address())}`) : null),
  };
}
