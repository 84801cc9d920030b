import type { GatewayConfig } from '../../app/domain/config.ts';
import type { KeyId, MessageId, ModemId } from '../../app/domain/ids.ts';
import type { Logger } from '../../app/domain/logger.ts';
import type { ModemSnapshot } from '../../app/domain/modem-snapshot.ts';
import type { WorkerSnapshot } from '../../app/domain/worker-protocol.ts';
import type {
  KeyRecord,
  MessageRecord,
  OutboxHealth,
  QueueStats,
} from '../../app/outbox/contract.ts';
import type { BoxReading } from '../../app/status/box-reader.ts';
import { createStatus, type Status, type StatusOptions } from '../../app/status/create-status.ts';
import type { StatusOutbox } from '../../app/status/live-counters.ts';
import { modemSnapshot, NOW_MS } from '../support/facts.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const CONFIG: GatewayConfig = {
  dataDir: '/var/lib/pisang/app',
  runDir: '/run/pisang',
  defaultRegion: 'ID',
  http: {
    listen: ['127.0.0.1:8080'],
    tls: null,
    allowedHosts: [],
    backlog: 65_535,
    processes: 1,
    maxConnections: 20_000,
    bodyLimitBytes: 65_536,
    batchLimitBytes: 4_194_304,
    requestTimeoutSeconds: 30,
    keepAliveTimeoutSeconds: 65,
    rateLimitPerMinute: null,
    badKeysPerMinute: 30,
  },
  legacy: { enabled: true, requireKey: true, allowFrom: ['127.0.0.0/8'] },
  queue: {
    maxDepth: 100_000,
    diskReserveBytes: 67_108_864,
    onUncertain: 'hold',
    maxAttempts: 5,
    lateAnswerSeconds: 60,
    retentionDays: 30,
  },
  modems: [
    {
      id: 'modem1' as ModemId,
      port: 'auto',
      pin: null,
      ratePerMinute: 20,
      dailyCap: null,
      routes: [],
      roamingAllowed: false,
      balanceUssd: null,
      postpaid: false,
    },
  ],
  site: { name: 'KDR-07', timeZone: 'Asia/Jakarta', language: 'auto' },
  status: { public: 'full-page' },
  webhooks: { allowTo: [] },
  metrics: { allowFrom: ['127.0.0.0/8'] },
  sampler: { enabled: true, intervalSeconds: 1, keepDays: 7 },
  simulator: { sendMs: 0, profile: null, faults: null },
  log: { level: 'info', redactNumbers: true },
};

export const BOX: BoxReading = {
  board: 'lemaker-banana-pi',
  slot: 'A',
  imageId: '0123456789ab',
  serial: '02c00081a1f3',
  hostname: 'pisang-a1f3.local',
  uptimeSeconds: 274_800,
  temperatureC: 52.3,
  inputVolts: 5.02,
  inputAmps: 0.61,
  memoryAvailableBytes: 402_653_184,
  diskFreeBytes: 5_476_083_302,
  card: { name: 'SD16G 2024-03', writtenBytes: 91_268_055_040, wearRatio: 0.02, errors: 0 },
  addresses: ['192.168.1.40'],
  mac: '02:00:5e:10:a1:f3',
  linkMbps: 100,
  fdUsed: 61,
  fdLimit: 65_536,
  listenOverflows: 0,
  updateNote: null,
};

export const HEALTH: OutboxHealth = {
  state: 'ok',
  freeBytes: 5_476_083_302,
  depth: 0,
  commitP50Ms: 9,
  commitP99Ms: 31,
  groupSizeP50: 1,
};

export const STATS: QueueStats = {
  queued: 0,
  scheduled: 0,
  sending: 0,
  backingOff: 0,
  uncertain: 0,
  parts: 0,
  oldestReadyAtMs: null,
  oldestHighReadyAtMs: null,
  totals: { accepted: 100, sent: 100, partsSent: 110, delivered: 90, failed: 0, inbound: 3 },
};

export function message(number: number, changes: Partial<MessageRecord> = {}): MessageRecord {
  const createdAtMs = NOW_MS - number * 60_000;
  return {
    id: `0198c0de-0000-7000-8000-${String(number).padStart(12, '0')}` as MessageId,
    status: 'sent',
    to: '+6289610707901',
    text: 'secret text',
    encoding: 'gsm7',
    segments: 1,
    attempts: 1,
    priority: 'normal',
    flash: false,
    deliveryReport: true,
    onUncertain: 'hold',
    reference: null,
    metadata: null,
    modem: 'modem1' as ModemId,
    sendAtMs: null,
    validitySeconds: null,
    createdAtMs,
    sentAtMs: createdAtMs + 4100,
    deliveredAtMs: null,
    errorCode: null,
    queuePosition: null,
    waitUntilMs: null,
    keyName: 'shop',
    ...changes,
  };
}

const KEY: KeyRecord = {
  id: 'key_abcdefghijkl' as KeyId,
  name: 'shop',
  hash: 'f'.repeat(64),
  scopes: ['messages:send'],
  allow: [],
  createdAtMs: 0,
  revokedAtMs: null,
};

class FakeOutbox implements StatusOutbox {
  stats: QueueStats = STATS;
  messages: readonly MessageRecord[] = [message(1), message(2, { status: 'delivered' })];
  currentHealth: OutboxHealth = HEALTH;
  currentKeys: readonly KeyRecord[] = [KEY];
  reads = 0;
  broken = false;
  hanging = false;

  async queueStats(): Promise<QueueStats> {
    this.reads += 1;
    await this.#mood();
    return this.stats;
  }
  async listMessages({ status }: { status?: string }): ReturnType<StatusOutbox['listMessages']> {
    await this.#mood();
    const items = this.messages.filter((one) => status === undefined || one.status === status);
    return { items, nextCursor: null };
  }
  async keysVersion(): Promise<number> {
    await this.#mood();
    return 1;
  }
  async keys(): ReturnType<StatusOutbox['keys']> {
    await this.#mood();
    return { version: 1, keys: this.currentKeys };
  }
  health(): OutboxHealth {
    return this.currentHealth;
  }
  async #mood(): Promise<void> {
    if (this.hanging) {
      await new Promise(() => undefined);
    }
    if (this.broken) {
      throw new Error('database disk image is malformed');
    }
  }
}

export const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export function workerSnapshot(
  modems: readonly ModemSnapshot[] = [modemSnapshot()],
): WorkerSnapshot {
  return {
    pid: 4711,
    startedAt: new Date(NOW_MS - 3_600_000).toISOString(),
    version: '1.4.0',
    modems,
    storage: 'ok',
  };
}

export interface Bench {
  readonly status: Status;
  readonly clock: FakeClock;
  readonly outbox: FakeOutbox;
  worker: { snapshot: WorkerSnapshot | null; ageMs: number | null };
}

export function bench(options: Partial<StatusOptions> = {}): Bench {
  const clock = new FakeClock(NOW_MS);
  const outbox = new FakeOutbox();
  const worker: Bench['worker'] = { snapshot: workerSnapshot(), ageMs: 400 };
  const status = createStatus({
    outbox,
    workerLink: { snapshot: () => worker.snapshot, lastHeardAgeMs: () => worker.ageMs },
    config: CONFIG,
    clock,
    version: '1.4.0',
    logger: SILENT_LOGGER,
    readBox: () => BOX,
    ...options,
  });
  return { status, clock, outbox, worker };
}
