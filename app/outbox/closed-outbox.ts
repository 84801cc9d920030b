import { GatewayError } from '../domain/gateway-error.ts';
import type { ApiOutbox, OutboxHealth } from './contract.ts';

/**
 * The state in which a service can still say what is wrong, from the error that kept the database
 * from opening; null where a person at the start is the one to be told.
 */
export function stateOfOpening(error: unknown): OutboxHealth['state'] | null {
  switch (error instanceof GatewayError ? error.code : '') {
    case 'storage-damaged':
      return 'damaged';
    case 'storage-read-only':
      return 'read-only';
    case 'storage-full':
      return 'full';
    case 'schema-newer':
      return 'newer';
    default:
      return null;
  }
}

/** Stands in for a database that cannot be opened: its health says why, every call is refused. */
export function closedOutbox(reason: GatewayError, state: OutboxHealth['state']): ApiOutbox {
  const refuse = (): Promise<never> => Promise.reject(reason);
  return {
    enqueue: refuse,
    cancel: refuse,
    cancelMany: refuse,
    resolve: refuse,
    getMessage: refuse,
    listMessages: refuse,
    listInbound: refuse,
    getInbound: refuse,
    queueStats: refuse,
    keys: refuse,
    keysVersion: refuse,
    addKey: refuse,
    putKey: refuse,
    revokeKey: refuse,
    purge: refuse,
    uncleanStop: false,
    markDamaged: () => {},
    markMissing: () => {},
    health: () => ({
      state,
      freeBytes: null,
      depth: 0,
      commitP50Ms: null,
      commitP99Ms: null,
      groupSizeP50: null,
    }),
    close: () => Promise.resolve(),
  };
}
