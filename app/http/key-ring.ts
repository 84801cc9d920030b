import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { Scope } from '../domain/scopes.ts';
import type { ApiOutbox } from '../outbox/contract.ts';
import { storageRefusal } from './accept.ts';
import { addressList } from './address.ts';
import { type Problem, problem } from './problems.ts';

const CHECK_EVERY_MS = 1_000;
const REMEMBERED_TOKENS = 1_024;

/** A live API key as requests meet it. */
export interface LiveKey {
  readonly name: string;
  readonly may: (scope: Scope) => boolean;
  /** Whether the key may be used from an address; null means from anywhere. */
  readonly allows: ((address: string) => boolean) | null;
}

/** All live keys, in memory. */
export interface KeyRing {
  /** Null while what is in memory may be used; else resolves when it may be used again. */
  refreshing(): Promise<void> | null;
  find(token: string): LiveKey | null;
  /** Why no key is known: they could never be read. Null once they were. */
  unread(): Problem | null;
  /** Reads all keys at the next request, whatever their version. */
  forget(): void;
}

/**
 * The version of the stored keys is asked for at most once a second, and only when a request comes,
 * so that an idle gateway reads nothing. When the store can't be read, the last known keys stay.
 */
export function keyRing(
  store: Pick<ApiOutbox, 'keys' | 'keysVersion'>,
  clock: Clock,
  logger: Logger,
): KeyRing {
  let version: number | null = null;
  let byHash = new Map<string, LiveKey>();
  let byToken = new Map<string, LiveKey>();
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  let everRead = false;
  let unread: Problem | null = null;

  const refresh = async (): Promise<void> => {
    try {
      if (version !== null && (await store.keysVersion()) === version) {
        return;
      }
      const stored = await store.keys();
      byHash = new Map(
        stored.keys
          .filter((key) => key.revokedAtMs === null)
          .map((key) => [
            key.hash,
            {
              name: key.name,
              may: (scope) => key.scopes.includes(scope) || key.scopes.includes('admin'),
              allows: key.allow.length === 0 ? null : addressList(key.allow),
            },
          ]),
      );
      byToken = new Map();
      version = stored.version;
      unread = null;
      everRead = true;
    } catch (error) {
      logger.warn({ err: error }, 'the API keys could not be read; the known ones stay in use');
      unread = everRead ? null : (storageRefusal(error) ?? problem('queue-busy'));
    } finally {
      checkedAtMs = clock.monotonicMs();
      running = null;
    }
  };

  return {
    refreshing: () => {
      if (running === null && clock.monotonicMs() - checkedAtMs >= CHECK_EVERY_MS) {
        running = refresh();
      }
      return running;
    },
    find: (token) => {
      const remembered = byToken.get(token);
      if (remembered !== undefined) {
        return remembered;
      }
      const key = byHash.get(createHash('sha256').update(token).digest('hex')) ?? null;
      if (key !== null && byToken.size < REMEMBERED_TOKENS) {
        byToken.set(token, key);
      }
      return key;
    },
    unread: () => unread,
    forget: () => {
      version = null;
      checkedAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}
