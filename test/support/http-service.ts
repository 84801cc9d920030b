import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfig, HttpConfig, LegacyConfig } from '../../app/domain/config.ts';
import type { KeyId, ModemId } from '../../app/domain/ids.ts';
import type { Logger } from '../../app/domain/logger.ts';
import type { Scope } from '../../app/domain/scopes.ts';
import type { WorkerCommand, WorkerSnapshot } from '../../app/domain/worker-protocol.ts';
import { type HttpService, type StatusPages, startHttp } from '../../app/http/index.ts';
import { NO_TRIAL } from '../../app/local/trial.ts';
import type { CommandReply, WorkerLink } from '../../app/local/worker-link.ts';
import type { ApiOutbox } from '../../app/outbox/contract.ts';
import { FakeOutbox } from './fake-outbox.ts';
import { realClock } from './real-clock.ts';

export const KEY = 'psg_testtesttesttesttesttest';
export const QUIET: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

export function testConfig(change: {
  readonly http?: Partial<HttpConfig>;
  readonly legacy?: Partial<LegacyConfig>;
}): GatewayConfig {
  return {
    dataDir: '/nowhere',
    runDir: '/nowhere',
    defaultRegion: 'ID',
    http: {
      listen: ['127.0.0.1:0'],
      tls: null,
      allowedHosts: ['gateway.example'],
      backlog: 511,
      processes: 1,
      maxConnections: 1_000,
      bodyLimitBytes: 65_536,
      batchLimitBytes: 4_194_304,
      requestTimeoutSeconds: 30,
      keepAliveTimeoutSeconds: 65,
      rateLimitPerMinute: null,
      badKeysPerMinute: 1_000,
      ...change.http,
    },
    legacy: { enabled: true, requireKey: true, allowFrom: ['127.0.0.0/8'], ...change.legacy },
    queue: {
      maxDepth: 100_000,
      diskReserveBytes: 0,
      onUncertain: 'hold',
      maxAttempts: 5,
      retentionDays: 30,
    },
    modems: [
      {
        id: 'modem1' as ModemId,
        port: 'sim:',
        pin: null,
        ratePerMinute: null,
        dailyCap: null,
        routes: [],
        roamingAllowed: false,
        balanceUssd: null,
        postpaid: false,
      },
    ],
    site: { name: null, timeZone: 'Asia/Jakarta', language: 'auto' },
    status: { public: 'full-page' },
    webhooks: { allowTo: [] },
    metrics: { allowFrom: [] },
  } as unknown as GatewayConfig;
}

/** A worker that keeps what it was told and answers as the test wants. */
export class FakeWorker implements WorkerLink {
  nudges = 0;
  readonly commands: { modem: string; command: WorkerCommand }[] = [];
  reply: () => Promise<CommandReply> = async () => ({ ok: true, detail: 'Done.' });
  current: WorkerSnapshot | null = null;
  heardMs: number | null = null;

  snapshot(): WorkerSnapshot | null {
    return this.current;
  }
  lastHeardAgeMs(): number | null {
    return this.heardMs;
  }
  connected(): boolean {
    return this.heardMs !== null;
  }
  nudge(): void {
    this.nudges += 1;
  }
  command(modem: ModemId, command: WorkerCommand): Promise<CommandReply> {
    this.commands.push({ modem, command });
    return this.reply();
  }
  onChange(): void {}
  close(): void {}
}

export const STATUS: StatusPages = {
  json: async ({ authenticated }) => ({ schema: 1, redacted: authenticated ? [] : ['/messages'] }),
  page: async () => ({
    statusCode: 200,
    headers: { 'content-security-policy': "default-src 'none'" },
    html: '<!doctype html><h1 role="status">OK</h1>',
  }),
  ready: () => ({ accepting: true, code: 'ok', retryAfterSeconds: null }),
  noteSelfTest: () => {},
};

export interface TestService {
  readonly service: HttpService;
  readonly outbox: FakeOutbox;
  readonly worker: FakeWorker;
  readonly url: string;
  readonly port: number;
  readonly localSocket: string;
  /** `fetch` with the key, and with JSON where a body is given as an object. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Writes octets on a fresh connection and resolves with all that came back until its end. */
  raw(octets: string | Buffer, more?: { readonly endAfterMs?: number }): Promise<string>;
  addKey(key: string, scopes: readonly Scope[], allow?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startTestService(
  change: {
    readonly http?: Partial<HttpConfig>;
    readonly legacy?: Partial<LegacyConfig>;
    readonly status?: Partial<StatusPages>;
    readonly outbox?: ApiOutbox;
  } = {},
): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-'));
  const localSocket = join(folder, 'api.sock');
  const outbox = new FakeOutbox();
  const worker = new FakeWorker();
  const addKey: TestService['addKey'] = (key, scopes, allow = []) =>
    (change.outbox ?? outbox).addKey({
      id: `key_${randomBytes(6).toString('hex')}` as KeyId,
      name: key.slice(4, 12),
      hash: createHash('sha256').update(key).digest('hex'),
      scopes,
      allow,
      createdAtMs: 0,
      revokedAtMs: null,
    });
  const stored = await (change.outbox ?? outbox).keys();
  if (stored.keys.length === 0) {
    await addKey(KEY, ['admin']);
  }
  const service = await startHttp({
    config: testConfig(change),
    outbox: change.outbox ?? outbox,
    workerLink: worker,
    trial: NO_TRIAL,
    status: { ...STATUS, ...change.status },
    clock: realClock,
    random: randomBytes,
    logger: QUIET,
    version: '0.0.0-test',
    localSocketPath: localSocket,
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true });
    throw error;
  });
  const url = service.addresses[0] ?? '';
  const port = Number(new URL(url).port);
  return {
    service,
    outbox,
    worker,
    url,
    port,
    localSocket,
    addKey,
    call: (method, path, body, headers = {}) =>
      fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          Authorization: `Bearer ${KEY}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    raw: (octets, { endAfterMs } = {}) =>
      new Promise((resolve) => {
        const socket = createConnection({ port, host: '127.0.0.1' });
        let answer = '';
        socket.on('data', (chunk) => {
          answer += chunk.toString('latin1');
        });
        socket.on('error', () => {});
        socket.once('close', () => resolve(answer));
        socket.write(octets);
        if (endAfterMs !== undefined) {
          setTimeout(() => socket.destroy(), endAfterMs);
        }
      }),
    close: async () => {
      await service.close(1_000);
      rmSync(folder, { recursive: true });
    },
  };
}
