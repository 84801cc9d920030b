import type { QueueConfig } from '../domain/config.ts';
import type { OutboxHealth } from '../outbox/contract.ts';

export interface Readiness {
  /** Whether a message would be accepted now. A modem plays no part in it. */
  readonly accepting: boolean;
  /** Code of the condition that refuses; `ok` while accepting. */
  readonly code: string;
  /** For `Retry-After`; null where waiting does not help. */
  readonly retryAfterSeconds: number | null;
}

const REFUSALS: Readonly<Record<Exclude<OutboxHealth['state'], 'ok'>, Readiness>> = {
  full: { accepting: false, code: 'storage-full', retryAfterSeconds: 60 },
  'read-only': { accepting: false, code: 'storage-readonly', retryAfterSeconds: null },
  failing: { accepting: false, code: 'storage-failing', retryAfterSeconds: null },
  newer: { accepting: false, code: 'database-newer', retryAfterSeconds: null },
  missing: { accepting: false, code: 'database-missing', retryAfterSeconds: null },
  damaged: { accepting: false, code: 'database-damaged', retryAfterSeconds: null },
};

/** Answers at once from the outbox's own state, without the delays of the status page. */
export function readiness(
  health: OutboxHealth,
  { maxDepth, diskReserveBytes }: Pick<QueueConfig, 'maxDepth' | 'diskReserveBytes'>,
  onTrial: boolean = false,
): Readiness {
  if (health.state !== 'ok') {
    return REFUSALS[health.state];
  }
  if (health.freeBytes !== null && health.freeBytes <= diskReserveBytes) {
    return REFUSALS.full;
  }
  if (onTrial) {
    return { accepting: false, code: 'updating', retryAfterSeconds: 30 };
  }
  return health.depth >= maxDepth
    ? { accepting: false, code: 'queue-full', retryAfterSeconds: 10 }
    : { accepting: true, code: 'ok', retryAfterSeconds: null };
}
