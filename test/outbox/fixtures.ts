import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MessageId, type ModemId, uuidV7 } from '../../app/domain/ids.ts';
import type { Logger } from '../../app/domain/logger.ts';
import type { NewMessage } from '../../app/domain/message.ts';
import type {
  ApiOutbox,
  EnqueueRequest,
  HandOver,
  Moment,
  WorkerOutbox,
} from '../../app/outbox/index.ts';
import { type ApiOutboxOptions, openApiOutbox, openWorkerOutbox } from '../../app/outbox/index.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const QUIET: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
export const MODEM = 'modem1' as ModemId;

export function tempFolder(): { readonly folder: string; readonly file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-outbox-'));
  return {
    folder,
    file: join(folder, 'outbox.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function newId(nowMs: number = Date.UTC(2026, 10, 21)): MessageId {
  return uuidV7(nowMs, randomBytes) as MessageId;
}

export function newMessage(fields: Partial<NewMessage> = {}): NewMessage {
  return {
    id: newId(),
    to: '+6289610707901',
    text: 'pesan',
    encoding: 'gsm7',
    segments: 1,
    priority: 'normal',
    flash: false,
    deliveryReport: true,
    onUncertain: 'hold',
    modem: null,
    sendAtMs: null,
    validitySeconds: null,
    reference: null,
    metadata: null,
    keyName: 'test',
    createdAtMs: Date.UTC(2026, 10, 21, 7),
    ...fields,
  };
}

export function one(fields: Partial<NewMessage> = {}, key: string | null = null): EnqueueRequest {
  return {
    messages: [newMessage(fields)],
    idempotency: key === null ? null : { key, bodyHash: 'ab'.repeat(32) },
  };
}

export interface House {
  readonly clock: FakeClock;
  readonly file: string;
  readonly api: ApiOutbox;
  readonly worker: WorkerOutbox;
  readonly failures: string[];
  at(): Moment;
  /** Queues one message and resolves with its sequence. */
  queue(fields?: Partial<NewMessage>): Promise<{ readonly id: MessageId; readonly seq: number }>;
  handOver(seq: number, fields?: Partial<HandOver>): Promise<'committed' | 'gone'>;
  close(): Promise<void>;
}

/** A second API on the database of a house. */
export function openBeside(house: Pick<House, 'file' | 'clock'>): Promise<ApiOutbox> {
  return openApiOutbox({
    file: house.file,
    clock: house.clock,
    logger: QUIET,
    maxDepth: 50,
    diskReserveBytes: 0,
    onFailure: () => undefined,
  });
}

/** An API and a worker on one fresh database and one clock. */
export async function openHouse(options: Partial<ApiOutboxOptions> = {}): Promise<House> {
  const temp = tempFolder();
  const clock = new FakeClock();
  const failures: string[] = [];
  const common = {
    file: temp.file,
    clock,
    logger: QUIET,
    onFailure: (failure: string) => failures.push(failure),
  };
  const api = await openApiOutbox({
    ...common,
    maxDepth: 100_000,
    diskReserveBytes: 0,
    ...options,
  });
  const worker = await openWorkerOutbox({ ...common, random: randomBytes });
  const at = (): Moment => ({
    atMs: clock.nowMs(),
    bootId: clock.bootId,
    monotonicMs: clock.monotonicMs(),
  });
  return {
    clock,
    file: temp.file,
    api,
    worker,
    failures,
    at,
    async queue(fields = {}) {
      const message = newMessage({ createdAtMs: clock.nowMs(), ...fields });
      await api.enqueue({ messages: [message], idempotency: null });
      const ready = await worker.nextReady({
        modem: MODEM,
        routes: [],
        limit: 1_000,
        excludeSeqs: [],
      });
      return { id: message.id, seq: ready.find((row) => row.id === message.id)?.seq ?? 0 };
    },
    handOver: (seq, fields = {}) =>
      worker.handOver({
        seq,
        part: 1,
        modem: MODEM,
        iccid: '8962',
        concatReference: null,
        lastReference: null,
        at: at(),
        ...fields,
      }),
    async close() {
      await api.close();
      await worker.close();
      temp.remove();
    },
  };
}
