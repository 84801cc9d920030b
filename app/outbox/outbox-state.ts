import { GatewayError } from '../domain/gateway-error.ts';
import type { OutboxHealth } from './contract.ts';
import type { WireError } from './storage-error.ts';

export type OutboxState = OutboxHealth['state'];

/** Why nothing may be changed in this state, or null where a try is worth it. */
export function refusalOf(state: OutboxState): GatewayError | null {
  switch (state) {
    case 'ok':
    case 'full':
    case 'read-only':
      return null;
    case 'newer':
      return new GatewayError('schema-changed', 'another version has migrated the database', {
        retry: 'safe',
      });
    case 'damaged':
      return new GatewayError('storage-damaged', 'the database file is damaged', {
        retry: 'never',
      });
    case 'missing':
      return new GatewayError('storage-missing', 'the database file was deleted or replaced', {
        retry: 'never',
      });
    case 'failing':
      return new GatewayError('storage-failing', 'a commit failed; nothing more is accepted', {
        retry: 'later',
      });
  }
}

/** The state that trouble with a whole group leads to. */
export function stateAfter(failure: WireError, before: OutboxState): OutboxState {
  switch (failure.code) {
    case 'storage-full':
      return 'full';
    case 'storage-read-only':
      return 'read-only';
    case 'schema-changed':
      return 'newer';
    case 'storage-damaged':
      return 'damaged';
    case 'commit-unknown':
      return 'failing';
    default:
      return before;
  }
}

export function closedError(): GatewayError {
  return new GatewayError('outbox-closed', 'the outbox is closed', { retry: 'later' });
}
