import type { ModemId } from './ids.ts';

/**
 * The whole configuration after defaults, files and environment were merged and checked. Rooms
 * take the part they need; `app/config/` makes it. Meaning, unit and default of each field stand in
 * `app/config/schema.ts`, from which `docs/configuration.md` is generated.
 */
export interface GatewayConfig {
  readonly dataDir: string;
  readonly runDir: string;
  /** ISO 3166-1 alpha-2. */
  readonly defaultRegion: string;
  readonly http: HttpConfig;
  readonly legacy: LegacyConfig;
  readonly queue: QueueConfig;
  readonly modems: readonly ModemConfig[];
  readonly site: SiteConfig;
  readonly status: { readonly public: 'full-page' | 'verdict' | 'off' };
  readonly webhooks: { readonly allowTo: readonly string[] };
  readonly metrics: { readonly allowFrom: readonly string[] };
  readonly sampler: SamplerConfig;
  readonly simulator: SimulatorConfig;
  readonly log: LogConfig;
}

export interface TlsConfig {
  /** `host:port` each; these listen with TLS beside the plain ones. */
  readonly listen: readonly string[];
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
}

export interface HttpConfig {
  /** `host:port`, `[v6]:port` or `unix:/path` each. */
  readonly listen: readonly string[];
  readonly tls: TlsConfig | null;
  readonly allowedHosts: readonly string[];
  readonly backlog: number;
  readonly processes: number;
  readonly maxConnections: number | 'auto';
  readonly bodyLimitBytes: number;
  readonly batchLimitBytes: number;
  readonly requestTimeoutSeconds: number;
  readonly keepAliveTimeoutSeconds: number;
  /** Requests a minute for each key, or each address where there is no key; null is unlimited. */
  readonly rateLimitPerMinute: number | null;
  /** Unknown or wrong keys a minute from one address before it is told to wait. */
  readonly badKeysPerMinute: number;
}

export interface LegacyConfig {
  readonly enabled: boolean;
  readonly requireKey: boolean;
  readonly allowFrom: readonly string[];
}

export interface QueueConfig {
  readonly maxDepth: number;
  readonly diskReserveBytes: number;
  readonly onUncertain: 'hold' | 'resend';
  readonly maxAttempts: number;
  /** How long a modem may still answer for a part that a dead process gave it. */
  readonly lateAnswerSeconds: number;
  readonly retentionDays: number;
}

export interface ModemConfig {
  readonly id: ModemId;
  /** `auto`, `serial:/dev/…?baud=N`, `tcp://HOST:PORT` or `sim:`. */
  readonly port: string;
  readonly pin: string | null;
  /** Parts a minute; null is unlimited. */
  readonly ratePerMinute: number | null;
  /** Parts in any 24 hours; null is unlimited. */
  readonly dailyCap: number | null;
  /** Prefixes of recipients (`+62811`) that this modem serves; empty means all. */
  readonly routes: readonly string[];
  readonly roamingAllowed: boolean;
  readonly balanceUssd: string | null;
  readonly postpaid: boolean;
}

export interface SiteConfig {
  readonly name: string | null;
  /** IANA name. */
  readonly timeZone: string;
  readonly language: 'auto' | 'en' | 'id';
}

export interface SamplerConfig {
  readonly enabled: boolean;
  readonly intervalSeconds: number;
  readonly keepDays: number;
}

export interface SimulatorConfig {
  /** Milliseconds from Ctrl-Z to `+CMGS`. */
  readonly sendMs: number;
  readonly profile: string | null;
  readonly faults: string | null;
}

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly redactNumbers: boolean;
}
