import type { ModemFacts, StatusFacts } from '../../app/domain/conditions/facts.ts';
import type { ModemId } from '../../app/domain/ids.ts';
import type { ModemSnapshot } from '../../app/domain/modem-snapshot.ts';

/** Any depth of changes to a value of facts. */
type Changes<T> = T extends string | readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Changes<T[K]> }
    : T;

function change<T>(base: T, changes: Changes<NoInfer<T>>): T {
  const result: Record<string, unknown> = { ...(base as Record<string, unknown>) };
  for (const [key, value] of Object.entries(changes as Record<string, unknown>)) {
    const old = result[key];
    const nested =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      typeof old === 'object';
    result[key] = nested && old !== null ? change(old, value) : value;
  }
  return result as T;
}

export const NOW_MS: number = Date.UTC(2026, 10, 21, 7, 3, 12);

/** A modem at work: Telkomsel, good signal, last SMS four minutes ago. */
export function modemSnapshot(changes: Changes<ModemSnapshot> = {}): ModemSnapshot {
  const base: ModemSnapshot = {
    id: 'modem1' as ModemId,
    port: 'serial:/dev/serial/by-id/usb-modem-if00',
    family: 'huawei-e173',
    manufacturer: 'huawei',
    model: 'E173',
    firmware: '11.126',
    imei: '861234567894417',
    simulated: false,
    state: 'ready',
    trouble: null,
    troubleDetail: null,
    lastAnswerAgeSeconds: 2,
    recovery: {
      rung: 0,
      rungs: 4,
      count1h: 0,
      count24h: 0,
      count7d: 2,
      lastReason: null,
      sinceSeconds: null,
    },
    sim: {
      state: 'ready',
      pinTriesLeft: 3,
      pukTriesLeft: 10,
      iccid: '8962101234567894417',
      smsc: '+62811000000',
      storageUsed: 3,
      storageTotal: 30,
    },
    radio: {
      registration: 'home',
      creg: 1,
      registrationSinceSeconds: 900,
      operator: 'TELKOMSEL',
      plmn: '51010',
      access: '2G',
      lac: '1A2B',
      cell: '4F2A',
      csq: 17,
      csqMedian5min: 17,
      signalDbm: -79,
      signalBars: 4,
      signalMin1hDbm: -85,
      signalMax1hDbm: -75,
      rsrpDbm: null,
      ber: 99,
      ageSeconds: 4,
    },
    sending: {
      ratePerMinute: 20,
      measuredPerMinute: 17.5,
      sentToday: 412,
      dailyCap: null,
      capResetsAt: null,
      sendP50Ms: 3100,
      sendP95Ms: 5200,
      success24hRatio: 0.991,
      rejectedInRow: 0,
      rejectedRecipients: 0,
      recentTries: 20,
      recentRefused: 0,
      recentRefusalCode: null,
      noAnswerInRow: 0,
      lastErrorCode: null,
      lastSentAt: new Date(NOW_MS - 240_000).toISOString(),
      lastReceivedAt: null,
      holding: null,
    },
  };
  return change(base, changes);
}

export function modemFacts(
  changes: Changes<ModemSnapshot> = {},
  rest: Partial<Omit<ModemFacts, 'snapshot'>> = {},
): ModemFacts {
  return {
    snapshot: modemSnapshot(changes),
    roamingAllowed: false,
    postpaid: false,
    renumberedSecondsAgo: null,
    replaced: null,
    ...rest,
  };
}

/** A box where everything works. */
export function statusFacts(changes: Changes<StatusFacts> = {}): StatusFacts {
  const base: StatusFacts = {
    monotonicMs: 1_000_000,
    nowMs: NOW_MS,
    clockTrusted: true,
    serviceUpSeconds: 274_800,
    updating: null,
    storage: {
      state: 'ok',
      errors: null,
      freeBytes: 5_476_083_302,
      reserveBytes: 67_108_864,
      wearRatio: null,
      daysLeft: 410,
    },
    worker: { reported: true, lastHeardAgeMs: 500 },
    modems: [modemFacts()],
    modemWasAble: true,
    queue: {
      depth: 0,
      moving: 0,
      limit: 100_000,
      uncertain: 0,
      oldestReadyAgeSeconds: null,
      oldestHighAgeSeconds: null,
      arrivalsPerMinute: 10,
      departuresPerMinute: 10,
      stillSeconds: 3,
      drainEtaSeconds: 0,
    },
    lastSentAt: null,
    sendingKeys: 2,
    legacyOpenTo: null,
    selfTestFault: null,
    settingsDamaged: false,
    rebuilt: null,
    box: { temperatureC: 52, memoryAvailableBytes: 402_653_184 },
    powerLoss: null,
    update: null,
  };
  return change(base, changes);
}
