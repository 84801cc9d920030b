import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { MessageId } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type { NewMessage } from '../domain/message.ts';
import type { ApiOutbox, EnqueueResult } from '../outbox/contract.ts';
import { type CheckedMessage, meaningHash, newMessage } from './message-input.ts';
import { type Problem, problem } from './problems.ts';

/** What became of a request to enqueue. `unknown`: nobody can say; cut the connection. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly messages: readonly NewMessage[] }
  | { readonly kind: 'replayed'; readonly ids: readonly MessageId[] }
  | { readonly kind: 'refused'; readonly refusal: Problem }
  | { readonly kind: 'unknown' };

/** Gives checked messages ids and an owner, hands them to the outbox, and reads its answer. */
export type Accept = (
  messages: readonly CheckedMessage[],
  owner: string,
  idempotency: { readonly key: string; readonly call: string } | null,
) => Promise<Outcome>;

const UNKNOWN: Outcome = { kind: 'unknown' };

export function acceptor(deps: {
  readonly outbox: Pick<ApiOutbox, 'enqueue'>;
  /** A trial start after an update: nothing may be taken that going back would lose. */
  readonly onTrial: () => boolean;
  readonly nudge: () => void;
  readonly nextId: () => MessageId;
  readonly clock: Clock;
  readonly logger: Logger;
}): Accept {
  const { outbox, onTrial, nudge, nextId, clock, logger } = deps;

  const outcomeOf = (result: EnqueueResult, messages: readonly NewMessage[]): Outcome => {
    switch (result.kind) {
      case 'accepted':
        nudge();
        return { kind: 'accepted', messages };
      case 'replayed':
        return result;
      case 'idempotency-key-reused':
        return { kind: 'refused', refusal: problem('idempotency-key-reused') };
      case 'queue-full':
        return {
          kind: 'refused',
          refusal: problem('queue-full', {
            detail: `${result.depth} messages wait, and no more are taken. Repeat later; the status page says why sending is slow.`,
          }),
        };
    }
  };

  const outcomeOfError = (error: unknown): Outcome => {
    const refusal = storageRefusal(error);
    if (refusal === null) {
      logger.error({ err: error }, 'the outcome of a commit is unknown; connection cut');
      return UNKNOWN;
    }
    return { kind: 'refused', refusal };
  };

  return (checked, owner, idempotency) => {
    if (onTrial()) {
      return Promise.resolve({ kind: 'refused', refusal: problem('updating') });
    }
    const nowMs = clock.nowMs();
    const messages = checked.map((message) => newMessage(message, nextId(), owner, nowMs));
    return outbox
      .enqueue({
        messages,
        idempotency:
          idempotency === null
            ? null
            : { key: idempotency.key, bodyHash: meaningHash(idempotency.call, checked) },
      })
      .then((result) => outcomeOf(result, messages), outcomeOfError);
  };
}

/** The refusal for an error that proves that nothing was stored; null when nothing is proven. */
export function storageRefusal(error: unknown): Problem | null {
  if (!(error instanceof GatewayError) || error.retry === 'unknown-outcome') {
    return null;
  }
  switch (error.code) {
    case 'storage-full':
      return problem('storage-full');
    case 'storage-read-only':
      return problem('storage-readonly');
    case 'storage-failing':
      return problem('storage-failing');
    case 'queue-busy':
      return problem('queue-busy');
    case 'storage-damaged':
      return problem('database-damaged');
    case 'storage-missing':
      return problem('database-missing');
    case 'schema-newer':
      return problem('database-newer');
    case 'schema-changed':
      return problem('updating');
    case 'idempotency-in-flight':
      return problem('idempotency-in-flight');
    case 'outbox-closed':
      return problem('shutting-down');
    default:
      return error.retry === 'later' || error.retry === 'safe' ? problem('queue-busy') : null;
  }
}
