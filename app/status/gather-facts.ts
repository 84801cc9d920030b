import type { Clock } from '../domain/clock.ts';
import { isAble, type ModemFacts, type StatusFacts } from '../domain/conditions/facts.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import { resultOf } from '../domain/update-note.ts';
import type { WorkerSnapshot } from '../domain/worker-protocol.ts';
import type { MessageRecord, OutboxHealth } from '../outbox/contract.ts';
import type { BoxReading } from './box-reader.ts';
import type { LastRestart } from './last-restart.ts';
import { legacyOpenTo } from './legacy-open.ts';
import type { LiveCounters } from './live-counters.ts';
import type { ModemMemory } from './modem-memory.ts';
import type { QueueHistory } from './queue-history.ts';
import type { StatusDocument } from './status-document.ts';

/** What this process found when it started; none of it changes while it runs. */
export interface Past {
  readonly settingsDamaged: boolean;
  readonly rebuilt: StatusFacts['rebuilt'];
  readonly lastRestart: LastRestart | null;
}

export const NOTHING_PAST: Past = {
  settingsDamaged: false,
  rebuilt: null,
  lastRestart: null,
};

export interface Sources {
  readonly past: Past;
  readonly selfTest: StatusDocument['selfTest'];
  readonly clock: Clock;
  readonly config: GatewayConfig;
  readonly counters: LiveCounters;
  readonly history: QueueHistory;
  readonly memory: ModemMemory;
  readonly health: OutboxHealth;
  readonly snapshot: WorkerSnapshot | null;
  readonly lastHeardAgeMs: number | null;
  readonly box: BoxReading;
  readonly serviceUpSeconds: number;
  /** The version that is on trial after an update; null when none is. */
  readonly trialOf: string | null;
}

/** Since power-on; a system on trial that is not healthy then is started anew (pisang-health.service). */
const TRIAL_SECONDS = 240;

/** Ages read from older counters would lie. */
const OLDEST_COUNTERS_MS = 65_000;

/** One consistent picture of everything the conditions look at, from memory alone. */
export function gatherFacts(sources: Sources): StatusFacts {
  const { clock, config, health, snapshot, counters, box } = sources;
  const monotonicMs = clock.monotonicMs();
  const nowMs = clock.nowMs();
  const stats = counters.stats;
  const recent = (counters.ageMs() ?? Number.POSITIVE_INFINITY) <= OLDEST_COUNTERS_MS;
  const age = (atMs: number | null | undefined): number | null =>
    atMs == null || !recent ? null : Math.max(0, Math.round((nowMs - atMs) / 1000));
  const modems = (snapshot?.modems ?? []).map((modem) => modemFacts(modem, sources, monotonicMs));
  const moving = stats === null || !recent ? health.depth : stats.queued + stats.sending;
  return {
    monotonicMs,
    nowMs,
    clockTrusted: clock.trusted(),
    serviceUpSeconds: sources.serviceUpSeconds,
    updating:
      sources.trialOf === null
        ? null
        : { version: sources.trialOf, minutes: Math.max(1, Math.ceil(trialSecondsLeft(box) / 60)) },
    storage: {
      state: storageState(health, snapshot),
      errors: box.card.errors,
      wearRatio: box.card.wearRatio,
      freeBytes: box.diskFreeBytes ?? health.freeBytes,
      reserveBytes: config.queue.diskReserveBytes,
      daysLeft: null,
    },
    worker: { reported: snapshot !== null, lastHeardAgeMs: sources.lastHeardAgeMs },
    modems,
    modemWasAble: sources.memory.wasAble,
    queue: {
      depth: stats === null || !recent ? health.depth : moving + stats.scheduled,
      limit: config.queue.maxDepth,
      moving,
      uncertain: stats?.uncertain ?? null,
      oldestReadyAgeSeconds: age(stats?.oldestReadyAtMs),
      oldestHighAgeSeconds: age(stats?.oldestHighReadyAtMs),
      ...sources.history.rates(),
      stillSeconds: recent ? sources.history.stillSeconds(monotonicMs) : null,
      drainEtaSeconds: drainEta(stats?.parts ?? null, moving, modems),
    },
    lastSentAt: newestSentAt(counters.messages),
    sendingKeys: counters.keys?.sending ?? null,
    legacyOpenTo: legacyOpenTo(config.legacy),
    selfTestFault: sources.selfTest?.failed[0] ?? null,
    settingsDamaged: sources.past.settingsDamaged,
    rebuilt: sources.past.rebuilt,
    box: { temperatureC: box.temperatureC, memoryAvailableBytes: box.memoryAvailableBytes },
    update: updateOf(sources),
    powerLoss: powerLossOf(sources.past.lastRestart),
  };
}

/** Of a start on trial. */
export function trialSecondsLeft({ uptimeSeconds }: BoxReading): number {
  return Math.max(0, TRIAL_SECONDS - uptimeSeconds);
}

function updateOf({ box, trialOf, clock }: Sources): StatusFacts['update'] {
  const { updateNote: note, slot } = box;
  return note === null || trialOf !== null
    ? null
    : { ...note, result: resultOf(note, slot, clock.bootId) };
}

/** Where the newest start was a power cut, or there were several in a week. */
function powerLossOf(last: LastRestart | null): StatusFacts['powerLoss'] {
  return last === null || last.unclean7d === 0
    ? null
    : { at: last.reason === 'power-cut' ? last.at : null, count7d: last.unclean7d };
}

function modemFacts(
  snapshot: ModemSnapshot,
  { config, memory }: Sources,
  monotonicMs: number,
): ModemFacts {
  const own = config.modems.find((modem) => modem.id === snapshot.id);
  return {
    snapshot,
    roamingAllowed: own?.roamingAllowed ?? false,
    postpaid: own?.postpaid ?? false,
    renumberedSecondsAgo: memory.renumberedSecondsAgo(snapshot.id, monotonicMs),
    replaced: memory.replaced(snapshot.id),
  };
}

function newestSentAt(messages: readonly MessageRecord[]): string | null {
  const newest = Math.max(0, ...messages.map((message) => message.sentAtMs ?? 0));
  return newest === 0 ? null : new Date(newest).toISOString();
}

/** The API's own view first; what only the worker's writer met counts as well. */
export function storageState(
  health: OutboxHealth,
  snapshot: WorkerSnapshot | null,
): StatusFacts['storage']['state'] {
  return health.state === 'ok' && snapshot !== null ? snapshot.storage : health.state;
}

/** Parts divided by what the able modems do in a minute; null while nothing can be sent. */
function drainEta(
  parts: number | null,
  moving: number,
  modems: readonly ModemFacts[],
): number | null {
  if (moving === 0) {
    return 0;
  }
  const rates = modems
    .filter(({ snapshot }) => isAble(snapshot) && snapshot.sending.holding === null)
    .map(({ snapshot: { sending } }) =>
      Math.min(
        sending.ratePerMinute ?? Number.POSITIVE_INFINITY,
        sending.measuredPerMinute !== null && sending.measuredPerMinute > 0
          ? sending.measuredPerMinute
          : Number.POSITIVE_INFINITY,
      ),
    )
    .filter(Number.isFinite);
  const perMinute = rates.reduce((sum, rate) => sum + rate, 0);
  return parts === null || perMinute <= 0 ? null : Math.ceil((parts / perMinute) * 60);
}
