import type { Led, Params, Severity } from '../domain/conditions/condition.ts';
import type { Lamp } from '../domain/conditions/verdict.ts';
import type { Bilingual, ErrorClass } from '../domain/error-table.ts';
import type { MessageStatus } from '../domain/message.ts';
import type { ModemSnapshot, ModemState, SimState } from '../domain/modem-snapshot.ts';
import type { UpdateResult } from '../domain/update-note.ts';

/**
 * `GET /v1/status`: the one source of the page, the terminal and the metrics. An absent sensor is
 * null, never 0; the JSON pointers in `redacted` name what a login would show in full.
 */
export interface StatusDocument {
  readonly schema: 1;
  readonly at: string;
  readonly bootId: string;
  readonly uptimeSeconds: number;
  /** Age of the counters below. */
  readonly snapshotAgeMs: number | null;
  readonly demo: boolean;
  readonly redacted: readonly string[];
  readonly health: 'healthy' | 'degraded' | 'down';
  readonly verdict: VerdictDocument;
  readonly conditions: readonly ConditionDocument[];
  readonly can: {
    readonly accept: Lamp;
    readonly send: Lamp;
    readonly receive: Lamp;
    readonly lastSentAt: string | null;
    readonly lastReceivedAt: string | null;
    readonly lastTestSmsAt: string | null;
  };
  readonly site: {
    readonly name: string | null;
    readonly serial: string | null;
    readonly hostname: string;
    readonly addresses: readonly string[];
    readonly timeZone: string;
  };
  readonly modems: readonly ModemDocument[];
  readonly queue: {
    readonly queueDepth: number;
    readonly queueParts: number | null;
    readonly queueLimit: number;
    readonly scheduled: number | null;
    readonly sending: number | null;
    readonly backingOff: number | null;
    readonly uncertain: number | null;
    readonly oldestQueuedAgeSeconds: number | null;
    readonly oldestHighAgeSeconds: number | null;
    readonly arrivalsPerMinute: number | null;
    readonly departuresPerMinute: number | null;
    readonly drainEtaSeconds: number | null;
    /** One value a minute, oldest first. */
    readonly depthLast60Minutes: readonly number[];
  };
  readonly messages: readonly MessageLine[];
  readonly lastError: {
    readonly code: string;
    readonly class: ErrorClass;
    readonly at: string | null;
    readonly countToday: number | null;
    readonly title: Bilingual;
    readonly remedy: Bilingual;
  } | null;
  readonly box: BoxDocument;
  readonly capacity: CapacityDocument;
  readonly integrations: {
    readonly liveKeys: number | null;
    readonly webhooks: readonly never[];
    readonly legacyOpenTo: string | null;
  };
  readonly update: {
    readonly availableVersion: string | null;
    readonly trialUntil: string | null;
    readonly lastResult: UpdateResult;
  };
  readonly selfTest: {
    readonly at: string;
    readonly passed: number;
    readonly failed: readonly string[];
  } | null;
}

export interface VerdictDocument {
  readonly code: string;
  readonly severity: Severity;
  readonly priority: number;
  readonly modem: string | null;
  readonly since: string;
  readonly sinceSeconds: number;
  readonly params: Params;
  readonly title: Bilingual;
  readonly action: Bilingual & {
    readonly href: string | null;
    readonly method: 'GET' | 'POST' | null;
  };
  readonly led: Led;
}

export interface ConditionDocument {
  readonly code: string;
  readonly severity: Severity;
  readonly priority: number;
  readonly modem: string | null;
  readonly since: string;
  readonly params: Params;
  readonly title: Bilingual;
  readonly action: Bilingual;
  readonly mutedUntil: string | null;
  readonly hiddenBy: string | null;
}

export interface ModemDocument {
  readonly id: string;
  readonly port: string;
  readonly family: string | null;
  readonly firmware: string | null;
  readonly imei: string | null;
  readonly simulated: boolean;
  readonly state: ModemState;
  readonly lastAnswerAgeSeconds: number | null;
  readonly recovery: {
    readonly rung: number;
    readonly rungs: number;
    readonly count24h: number;
    readonly count7d: number;
    readonly lastReason: string | null;
  };
  readonly sim: {
    readonly state: SimState;
    readonly pinTriesLeft: number | null;
    readonly pukTriesLeft: number | null;
    readonly iccid: string | null;
    readonly smsc: string | null;
    readonly storageUsed: number | null;
    readonly storageTotal: number | null;
    readonly balanceRupiah: number | null;
    readonly balanceCheckedAt: string | null;
    readonly validUntil: string | null;
  };
  readonly radio: Omit<ModemSnapshot['radio'], 'registrationSinceSeconds' | 'csqMedian5min'>;
  readonly sending: Pick<
    ModemSnapshot['sending'],
    | 'ratePerMinute'
    | 'measuredPerMinute'
    | 'sentToday'
    | 'dailyCap'
    | 'capResetsAt'
    | 'sendP50Ms'
    | 'sendP95Ms'
    | 'success24hRatio'
    | 'rejectedInRow'
    | 'lastErrorCode'
  >;
}

export interface MessageLine {
  readonly id: string;
  readonly to: string;
  readonly status: MessageStatus;
  readonly parts: number;
  readonly acceptedAt: string;
  readonly sentAfterMs: number | null;
  readonly modem: string | null;
  readonly errorCode: string | null;
  readonly simulated: boolean;
}

export interface BoxDocument {
  readonly board: string | null;
  readonly version: string;
  readonly slot: string | null;
  readonly imageId: string | null;
  readonly schemaVersion: number | null;
  readonly temperatureC: number | null;
  readonly throttled: boolean | null;
  readonly inputVolts: number | null;
  readonly inputAmps: number | null;
  readonly memoryAvailableBytes: number | null;
  readonly diskFreeBytes: number | null;
  readonly diskReserveBytes: number;
  readonly diskDaysLeft: number | null;
  readonly storage: {
    readonly readOnly: boolean;
    readonly errors: number | null;
    readonly writtenBytes: number | null;
    readonly wearEstimateRatio: number | null;
    readonly fsyncP99Ms: number | null;
    readonly card: string | null;
  };
  readonly lastRestart: {
    readonly reason: string;
    readonly at: string;
    readonly unclean7d: number;
  } | null;
  readonly clock: {
    readonly trusted: boolean;
    readonly source: 'ntp' | 'nitz' | 'phone' | 'none';
    readonly offsetSeconds: number | null;
  };
  readonly network: {
    readonly ip: string | null;
    readonly mac: string | null;
    readonly linkMbps: number | null;
    readonly conflictMac: string | null;
  };
}

export interface CapacityDocument extends Traffic {
  readonly fdUsed: number | null;
  readonly fdLimit: number | null;
  readonly backlogNow: number | null;
  readonly backlogLimit: number;
  readonly listenOverflows: number | null;
  readonly commitP50Ms: number | null;
  readonly commitP99Ms: number | null;
  readonly proven: {
    readonly concurrent: number;
    readonly times252: number;
    readonly at: string;
    readonly version: string;
    readonly limitHit: 'client' | 'kernel' | 'server' | 'none';
  } | null;
}

/** What the HTTP server knows of its own load. */
export interface Traffic {
  readonly connectionsOpen: number | null;
  readonly connectionsLimit: number | null;
  readonly requestsPerSecond: number | null;
  readonly requestsPerSecondPeak1h: number | null;
  readonly status5xxPerMinute: number | null;
  readonly loopDelayP99Ms: number | null;
}
