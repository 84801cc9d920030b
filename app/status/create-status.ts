import type { Clock } from '../domain/clock.ts';
import type { StatusFacts } from '../domain/conditions/facts.ts';
import {
  FIRST_STATE,
  type ShownCondition,
  stepVerdict,
  type Verdict,
  type VerdictState,
} from '../domain/conditions/verdict.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';
import type { WorkerSnapshot } from '../domain/worker-protocol.ts';
import { AgingSnapshot } from './aging-snapshot.ts';
import { type BoxReading, readBox } from './box-reader.ts';
import { buildDocument } from './build-document.ts';
import {
  gatherFacts,
  NOTHING_PAST,
  type Past,
  type Sources,
  storageState,
} from './gather-facts.ts';
import { LiveCounters, type StatusOutbox } from './live-counters.ts';
import { ModemMemory } from './modem-memory.ts';
import { type PageRequest, type RenderedPage, renderPage } from './page.ts';
import { QueueHistory } from './queue-history.ts';
import { type Readiness, readiness } from './readiness.ts';
import { SelfTests } from './self-tests.ts';
import type { StatusDocument, Traffic } from './status-document.ts';
import { EXIT_CODES, renderText } from './text.ts';
import { type TrafficCounts, TrafficMeter } from './traffic-meter.ts';

export interface StatusOptions {
  readonly outbox: StatusOutbox;
  readonly workerLink: {
    snapshot(): WorkerSnapshot | null;
    /** Since anything came from the worker; null: nothing ever did. */
    lastHeardAgeMs(): number | null;
  };
  /** A start on trial after an update accepts and sends nothing. */
  readonly trial?: { active(): boolean };
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly version: string;
  readonly logger: Logger;
  /** The server's own counts; without them, and while it gives null, those fields are null. */
  readonly traffic?: () => TrafficCounts | null;
  /** What the start found; nothing where it is not given. */
  readonly past?: Past;
  /** Facts of the machine; tests hand in their own. */
  readonly readBox?: (dataDir: string) => BoxReading;
  /** Called when a condition appears or leaves, for events and metrics. */
  readonly onCondition?: (change: 'enter' | 'leave', shown: ShownCondition) => void;
}

export interface Status {
  /** Begins to look at the facts every 5 s; without it a trouble's age is not known. */
  start(): void;
  stop(): void;
  json(options: { readonly authenticated: boolean }): Promise<StatusDocument>;
  page(request: PageRequest): Promise<RenderedPage>;
  /** At most 25 lines; the first is the verdict with Nagios performance data. */
  text(options?: { readonly lang?: 'en' | 'id' }): Promise<string>;
  ready(): Readiness;
  /** Nagios: 0 ok, 1 degraded, 2 down. */
  exitCode(): Promise<number>;
  /** The verdict from memory, without reading counters again. */
  verdict(): Verdict;
  /** What a self-test that a person asked for found. */
  noteSelfTest(modem: string, ok: boolean, detail: string): void;
}

const TICK_MS = 5_000;
const BUSY_REFRESH_MS = 10_000;
const WATCHED_REFRESH_MS = 60_000;
const WATCHED_MS = 120_000;
const BOX_FRESH_MS = 2_000;
const BOX_TICK_MS = 60_000;
const LONGEST_WAIT_MS = 200;
const SILENT: Traffic = {
  connectionsOpen: null,
  connectionsLimit: null,
  requestsPerSecond: null,
  requestsPerSecondPeak1h: null,
  status5xxPerMinute: null,
  loopDelayP99Ms: null,
};

export function createStatus(options: StatusOptions): Status {
  const { outbox, workerLink, config, clock, logger } = options;
  const counters = new LiveCounters(outbox, clock, logger);
  const history = new QueueHistory();
  const memory = new ModemMemory();
  const meter = new TrafficMeter();
  const aging = new AgingSnapshot();
  const selfTests = new SelfTests();
  const startedMs = clock.monotonicMs();
  let box: { readonly atMs: number; readonly reading: BoxReading } | null = null;
  let state: VerdictState = FIRST_STATE;
  let shownBefore: ReadonlyMap<string, ShownCondition> = new Map();
  let askedMs: number | null = null;
  let refreshedMs = startedMs;
  let cancelTick: (() => void) | null = null;

  function boxReading(freshMs: number): BoxReading {
    const nowMs = clock.monotonicMs();
    if (box === null || nowMs - box.atMs >= freshMs) {
      box = { atMs: nowMs, reading: (options.readBox ?? readBox)(config.dataDir) };
    }
    return box.reading;
  }

  function look(boxFreshMs: number): { sources: Sources; facts: StatusFacts; verdict: Verdict } {
    const nowMs = clock.monotonicMs();
    const snapshot = aging.aged(workerLink.snapshot(), nowMs);
    const counts = options.traffic?.() ?? null;
    if (counts !== null) {
      meter.see(nowMs, counts);
    }
    memory.see(snapshot?.modems ?? [], nowMs, new Date(clock.nowMs()).toISOString());
    const sources: Sources = {
      past: options.past ?? NOTHING_PAST,
      selfTest: selfTests.summary(),
      clock,
      config,
      counters,
      history,
      memory,
      health: outbox.health(),
      snapshot,
      lastHeardAgeMs: workerLink.lastHeardAgeMs(),
      box: boxReading(boxFreshMs),
      serviceUpSeconds: (nowMs - startedMs) / 1000,
      trialOf: options.trial?.active() === true ? options.version : null,
    };
    const facts = gatherFacts(sources);
    history.addDepth(nowMs, facts.queue.depth);
    const step = stepVerdict(state, facts);
    state = step.state;
    tellChanges(step.verdict);
    return { sources, facts, verdict: step.verdict };
  }

  function tellChanges(verdict: Verdict): void {
    const shown = new Map(
      verdict.conditions
        .filter((entry) => entry.severity !== 'ok')
        .map((entry) => [`${entry.code} ${entry.modem ?? ''}`, entry]),
    );
    for (const [key, entry] of shown) {
      if (!shownBefore.has(key)) {
        tell('enter', entry);
      }
    }
    for (const [key, entry] of shownBefore) {
      if (!shown.has(key)) {
        tell('leave', entry);
      }
    }
    shownBefore = shown;
  }

  function tell(change: 'enter' | 'leave', entry: ShownCondition): void {
    const fields = { condition: entry.code, change, modem: entry.modem };
    if (change === 'enter' && (entry.severity === 'down' || entry.severity === 'degraded')) {
      logger.warn(fields, 'condition');
    } else {
      logger.info(fields, 'condition');
    }
    options.onCondition?.(change, entry);
  }

  async function refresh(withMessages: boolean): Promise<void> {
    refreshedMs = clock.monotonicMs();
    await counters.refresh(withMessages);
    if (counters.stats !== null) {
      history.add(clock.monotonicMs(), counters.stats);
    }
  }

  /** Fresh counters when they come soon, else the ones at hand: a stuck disk delays nobody. */
  async function ask(): Promise<ReturnType<typeof look>> {
    askedMs = clock.monotonicMs();
    let cancel = (): void => undefined;
    await Promise.race([
      refresh(true),
      new Promise<void>((resolve) => {
        cancel = clock.schedule(LONGEST_WAIT_MS, resolve);
      }),
    ]);
    cancel();
    return look(BOX_FRESH_MS);
  }

  function tick(): void {
    const nowMs = clock.monotonicMs();
    const busy = outbox.health().depth > 0 || (counters.stats?.queued ?? 0) > 0;
    const watched = askedMs !== null && nowMs - askedMs < WATCHED_MS;
    const waitMs = busy ? BUSY_REFRESH_MS : watched ? WATCHED_REFRESH_MS : null;
    if (counters.stats === null || (waitMs !== null && nowMs - refreshedMs >= waitMs)) {
      void refresh(watched || counters.stats === null);
    }
    look(BOX_TICK_MS);
    cancelTick = clock.schedule(TICK_MS, tick);
  }

  async function document(authenticated: boolean): Promise<StatusDocument> {
    const { sources, facts, verdict } = await ask();
    const counts = options.traffic?.() ?? null;
    const traffic = counts === null ? SILENT : meter.now(clock.monotonicMs(), counts);
    return buildDocument({
      sources,
      facts,
      verdict,
      version: options.version,
      traffic,
      authenticated,
    });
  }

  return {
    start() {
      if (cancelTick === null) {
        tick();
      }
    },
    stop() {
      cancelTick?.();
      cancelTick = null;
    },
    json: ({ authenticated }) => document(authenticated),
    page: async (request) => renderPage(await document(false), request, config),
    text: async (wanted) => renderText(await document(false), wanted?.lang ?? 'en'),
    ready() {
      const health = outbox.health();
      const state = storageState(health, workerLink.snapshot());
      const freeBytes = boxReading(BOX_FRESH_MS).diskFreeBytes ?? health.freeBytes;
      const onTrial = options.trial?.active() === true;
      return readiness({ ...health, state, freeBytes }, config.queue, onTrial);
    },
    exitCode: async () => EXIT_CODES[(await document(true)).health],
    verdict: () => look(BOX_TICK_MS).verdict,
    noteSelfTest: (modem, ok, detail) => {
      selfTests.note(modem, ok, detail, clock.nowMs());
    },
  };
}
