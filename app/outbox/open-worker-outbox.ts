import type { Clock } from '../domain/clock.ts';
import { uuidV7 } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type { Random } from '../domain/random.ts';
import type { OutboxFailure, WorkerOutbox } from './contract.ts';
import { WriterClient } from './writer-client.ts';

export interface WorkerOutboxOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the ids of received messages. */
  readonly random: Random;
  readonly onFailure: (failure: OutboxFailure) => void;
}

/** Partial messages that one call hands out at most. */
const RELEASED_A_CALL = 100;

/**
 * Opens the outbox for the modem worker; creates the database where there is none.
 * @throws GatewayError `schema-newer`, `schema-older`, `storage-*`.
 */
export async function openWorkerOutbox(options: WorkerOutboxOptions): Promise<WorkerOutbox> {
  const { clock, file, random } = options;
  const writer = await WriterClient.start({
    ...options,
    options: {
      file,
      role: 'worker',
      bootId: clock.bootId,
      pid: process.pid,
      visit: false,
      nowMs: clock.nowMs(),
      maxDepth: 0,
      diskReserveBytes: 0,
    },
  });
  const newId = (): string => uuidV7(clock.nowMs(), random);
  return {
    openBrackets: () => writer.read('openBrackets'),
    requeueInterrupted: (at, only) =>
      writer.write('requeueInterrupted', { at, only: only ?? null }),
    wakeDue: (nowMs, clockTrusted) =>
      writer.write('wakeDue', {
        nowMs,
        clockTrusted,
        at: { atMs: nowMs, bootId: clock.bootId, monotonicMs: clock.monotonicMs() },
      }),
    nextReady: (want) => writer.read('nextReady', want),
    handOver: (handOver) => writer.write('handOver', handOver),
    takeBack: (part, at) => writer.write('takeBack', { ...part, at }),
    recordSent: (sent) => writer.write('recordSent', sent),
    recordFailure: (failure) => writer.write('recordFailure', failure),
    recordUncertain: (uncertain) => writer.write('recordUncertain', uncertain),
    async expire(seq, at) {
      await writer.write('expire', { seq, at });
    },
    recordReport: (report) => writer.write('recordReport', report),
    storeInbound: (part) => writer.write('storeInbound', { part, id: newId() }),
    releasePartialInbound: (beforeMs, at) =>
      writer.write('releasePartialInbound', {
        beforeMs,
        ids: Array.from({ length: RELEASED_A_CALL }, newId),
        at,
      }),
    handOverTimes: (modem, sinceMs) => writer.read('handOverTimes', { modem, sinceMs }),
    pinAttempt: (attempt) => writer.write('pinAttempt', attempt),
    pinResult: (result) => writer.write('pinResult', result),
    pinTried: (iccid) => writer.read('pinTried', { iccid }),
    appendEvent: (event) => writer.write('appendEvent', event),
    health: () => writer.health(),
    close: () => writer.close(),
  };
}
