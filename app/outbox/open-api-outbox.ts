import type { Clock } from '../domain/clock.ts';
import type { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import type { ApiOutbox, CancelSelection, Moment, OutboxFailure } from './contract.ts';
import { refusalOf } from './outbox-state.ts';
import { ReaderClient } from './reader-client.ts';
import { WriterClient } from './writer-client.ts';

export interface ApiOutboxOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Messages that may wait to be sent, over all processes. */
  readonly maxDepth: number;
  /** Free octets under which nothing more is accepted. */
  readonly diskReserveBytes: number;
  readonly onFailure: (failure: OutboxFailure) => void;
  /** For a command that is soon done: a mark of an unclean stop stays for the next service. */
  readonly visit?: true;
}

/**
 * Opens the outbox for an API process; creates the database where there is none.
 * @throws GatewayError `schema-newer`, `schema-older`, `storage-*`.
 */
export async function openApiOutbox(options: ApiOutboxOptions): Promise<ApiOutbox> {
  const { clock, file } = options;
  const writer = await WriterClient.start({
    ...options,
    options: {
      file,
      role: 'api',
      bootId: clock.bootId,
      pid: process.pid,
      visit: options.visit ?? false,
      nowMs: clock.nowMs(),
      maxDepth: options.maxDepth,
      diskReserveBytes: options.diskReserveBytes,
    },
  });
  const reader = new ReaderClient(file, clock);
  const now = (): Moment => ({
    atMs: clock.nowMs(),
    bootId: clock.bootId,
    monotonicMs: clock.monotonicMs(),
  });
  let purgedUpTo = 0;
  /** Why nothing more is accepted once the file is gone. */
  let missing: GatewayError | null = null;
  return {
    uncleanStop: writer.uncleanStop,
    enqueue: (request) => (missing === null ? writer.enqueue(request) : Promise.reject(missing)),
    cancel: (id, actor) => writer.write('cancel', { id, actor, at: now() }),
    cancelMany: (selection, actor) => cancelMany(writer, selection, actor, now),
    resolve: (id, action, actor) => writer.write('resolve', { id, action, actor, at: now() }),
    getMessage: (id) => reader.read('getMessage', id),
    listMessages: (filter) => reader.read('listMessages', filter),
    listInbound: (filter) => reader.read('listInbound', filter),
    getInbound: (id) => reader.read('getInbound', id),
    queueStats: () => writer.read('queueStats'),
    keys: () => writer.read('keys'),
    keysVersion: () => writer.read('keysVersion'),
    addKey: (key) => writer.write('addKey', { key }),
    putKey: (key) => writer.write('putKey', { key }),
    revokeKey: (id, atMs) => writer.write('revokeKey', { id, atMs }),
    async purge(beforeMs) {
      for (;;) {
        const args = { beforeMs, afterSeq: purgedUpTo, nowMs: clock.nowMs() };
        const { deleted, nextAfterSeq } = await writer.write('purgeStep', args);
        purgedUpTo = nextAfterSeq ?? 0;
        if (deleted > 0 || nextAfterSeq === null) {
          return deleted;
        }
      }
    },
    markDamaged: () => writer.stop('damaged'),
    markMissing: () => {
      missing = refusalOf('missing');
      writer.stop('damaged');
    },
    health: () =>
      missing === null ? writer.health() : { ...writer.health(), state: 'missing' as const },
    async close() {
      await Promise.all([reader.close(), writer.close()]);
    },
  };
}

/** Ids of one step of a bulk cancel by id. */
const IDS_A_STEP = 1_000;

async function cancelMany(
  writer: WriterClient,
  selection: CancelSelection,
  actor: string,
  now: () => Moment,
): Promise<{ readonly canceled: number }> {
  let canceled = 0;
  if (selection.by === 'ids') {
    for (let start = 0; start < selection.ids.length; start += IDS_A_STEP) {
      const ids = selection.ids.slice(start, start + IDS_A_STEP);
      const args = { selection: { by: 'ids', ids }, afterSeq: 0, actor, at: now() } as const;
      canceled += (await writer.write('cancelStep', args)).canceled;
    }
    return { canceled };
  }
  let afterSeq: number | null = 0;
  while (afterSeq !== null) {
    const step: { readonly canceled: number; readonly nextAfterSeq: number | null } =
      await writer.write('cancelStep', { selection, afterSeq, actor, at: now() });
    canceled += step.canceled;
    afterSeq = step.nextAfterSeq;
  }
  return { canceled };
}
