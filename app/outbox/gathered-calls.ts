import type { Clock } from '../domain/clock.ts';
import type { GatewayError } from '../domain/gateway-error.ts';
import type { EnqueueRequest, EnqueueResult } from './contract.ts';
import type { Group, GroupOutcomes, Outcome, ReadCall, VerbCall } from './group.ts';
import { packRequests } from './message-wire.ts';
import { rejectAll, settle, type Taken, WaitingCalls } from './waiting-calls.ts';

/** Messages, and changes, of one group; it bounds how long a transaction holds the write lock. */
const GROUP_LIMIT = 500;

/** The calls of one group, and who waits for them. */
export interface TakenGroup {
  readonly enqueues: Taken<EnqueueRequest, EnqueueResult>;
  readonly verbs: Taken<VerbCall, unknown>;
  readonly reads: Taken<ReadCall, unknown>;
  readonly weight: number;
}

/** All calls that wait to be handed to the writer thread, by kind. */
export class GatheredCalls {
  readonly enqueues: WaitingCalls<EnqueueRequest, EnqueueResult> = new WaitingCalls(
    ({ messages }) => messages.length,
  );
  readonly verbs: WaitingCalls<VerbCall, unknown> = new WaitingCalls(weighVerb);
  readonly reads: WaitingCalls<ReadCall, unknown> = new WaitingCalls(() => 1);

  get count(): number {
    return this.enqueues.count + this.verbs.count + this.reads.count;
  }

  get weight(): number {
    return this.changesWeight + this.reads.weight;
  }

  /** Of what a transaction is needed for. */
  get changesWeight(): number {
    return this.enqueues.weight + this.verbs.weight;
  }

  /** As much as a group may hold, the first calls first. */
  take(): TakenGroup {
    const enqueues = this.enqueues.take(GROUP_LIMIT);
    const verbs = this.verbs.take(GROUP_LIMIT);
    const reads = this.reads.take(GROUP_LIMIT);
    return { enqueues, verbs, reads, weight: enqueues.weight + verbs.weight + reads.weight };
  }

  rejectAll(error: GatewayError): void {
    for (const waiting of [this.enqueues, this.verbs, this.reads]) {
      rejectAll(waiting.take(Number.POSITIVE_INFINITY).waiters, error);
    }
  }
}

/** The group as it crosses to the thread. */
export function groupMessage({ enqueues, verbs, reads }: TakenGroup, clock: Clock): Group {
  return {
    nowMs: clock.nowMs(),
    monotonicMs: clock.monotonicMs(),
    clockTrusted: clock.trusted(),
    weight: enqueues.weight + verbs.weight,
    enqueues: packRequests(enqueues.calls),
    verbs: verbs.calls,
    reads: reads.calls,
  };
}

export function settleGroup(group: TakenGroup, outcomes: GroupOutcomes): void {
  settleEnqueues(group.enqueues, outcomes.enqueues);
  settle(group.verbs.waiters, outcomes.verbs);
  settle(group.reads.waiters, outcomes.reads);
}

export function rejectGroup({ enqueues, verbs, reads }: TakenGroup, error: GatewayError): void {
  for (const lost of [enqueues, verbs, reads]) {
    rejectAll(lost.waiters, error);
  }
}

function settleEnqueues(
  { calls, waiters }: Taken<EnqueueRequest, EnqueueResult>,
  outcomes: readonly Outcome<EnqueueResult>[] | null,
): void {
  if (outcomes !== null) {
    settle(waiters, outcomes);
    return;
  }
  for (let index = 0; index < waiters.length; index += 1) {
    const ids = (calls[index]?.messages ?? []).map((message) => message.id);
    waiters[index]?.resolve({ kind: 'accepted', ids });
  }
}

function weighVerb({ name }: VerbCall): number {
  return name === 'cancelStep' || name === 'purgeStep' ? GROUP_LIMIT : 1;
}
