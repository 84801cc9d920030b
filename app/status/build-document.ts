import type { StatusFacts } from '../domain/conditions/facts.ts';
import { lastReceivedAt, lastSentAt } from '../domain/conditions/fine.ts';
import type { Language, TextContext } from '../domain/conditions/format.ts';
import { conditionByCode } from '../domain/conditions/index.ts';
import { describe } from '../domain/conditions/text.ts';
import type { ShownCondition, Verdict } from '../domain/conditions/verdict.ts';
import type { Bilingual } from '../domain/error-table.ts';
import { boxDocument, capacityDocument } from './box-document.ts';
import { type Sources, trialSecondsLeft } from './gather-facts.ts';
import { lastFour } from './mask.ts';
import { lastError, messageLine } from './message-document.ts';
import { modemDocument } from './modem-document.ts';
import type {
  ConditionDocument,
  StatusDocument,
  Traffic,
  VerdictDocument,
} from './status-document.ts';

export interface DocumentInput {
  readonly sources: Sources;
  readonly facts: StatusFacts;
  readonly verdict: Verdict;
  readonly version: string;
  readonly traffic: Traffic;
  /** A caller with a key that may read: nothing is masked. */
  readonly authenticated: boolean;
}

/** Puts what is known into the shape of `GET /v1/status`. */
export function buildDocument(input: DocumentInput): StatusDocument {
  const { sources, facts, verdict, version, traffic, authenticated } = input;
  const { clock, config, counters, memory, box } = sources;
  // A house that shows people less than the page shows programs without a key no more.
  const bare = !authenticated && config.status.public !== 'full-page';
  const redacted: string[] = bare ? ['/messages', '/modems'] : [];
  const messages = (bare ? [] : counters.messages).map((message, index) => {
    if (!authenticated) {
      redacted.push(`/messages/${index}/to`);
    }
    return messageLine(message, facts, authenticated);
  });
  const modems = (bare ? [] : facts.modems).map(({ snapshot }, index) => {
    const document = modemDocument(snapshot);
    if (authenticated) {
      return document;
    }
    redacted.push(`/modems/${index}/imei`, `/modems/${index}/sim/iccid`);
    const sim = { ...document.sim, iccid: lastFour(document.sim.iccid) };
    return { ...document, imei: lastFour(document.imei), sim };
  });
  const stats = counters.stats;
  const { queue } = facts;
  const demo = facts.modems.some(({ snapshot }) => snapshot.simulated);
  const stuck = verdict.can.send === 'no' && !demo && queue.moving > 0;
  return {
    schema: 1,
    at: iso(facts.nowMs),
    bootId: clock.bootId,
    uptimeSeconds: box.uptimeSeconds,
    snapshotAgeMs: whole(counters.ageMs()),
    demo,
    redacted,
    health: verdict.health,
    verdict: verdictDocument(verdict, facts, config.site.timeZone),
    conditions: verdict.conditions
      .filter((shown) => shown.severity !== 'ok')
      .map((shown) => conditionDocument(shown, facts, config.site.timeZone)),
    can: {
      ...verdict.can,
      lastSentAt: lastSentAt(facts),
      lastReceivedAt: lastReceivedAt(facts),
      lastTestSmsAt: null,
    },
    site: {
      name: config.site.name,
      serial: box.serial,
      hostname: box.hostname,
      addresses: box.addresses,
      timeZone: config.site.timeZone,
    },
    modems,
    queue: {
      queueDepth: queue.depth,
      queueParts: stats?.parts ?? null,
      queueLimit: queue.limit,
      scheduled: stats?.scheduled ?? null,
      sending: stats?.sending ?? null,
      backingOff: stats?.backingOff ?? null,
      uncertain: queue.uncertain,
      oldestQueuedAgeSeconds: queue.oldestReadyAgeSeconds,
      oldestHighAgeSeconds: queue.oldestHighAgeSeconds,
      arrivalsPerMinute: queue.arrivalsPerMinute,
      departuresPerMinute: queue.departuresPerMinute,
      drainEtaSeconds: stuck ? null : queue.drainEtaSeconds,
      depthLast60Minutes: sources.history.depths(),
    },
    messages,
    lastError: lastError(memory.lastError, counters.messages),
    box: boxDocument(sources, facts, version),
    capacity: capacityDocument(sources, traffic),
    integrations: {
      liveKeys: counters.keys?.live ?? null,
      webhooks: [],
      legacyOpenTo: facts.legacyOpenTo,
    },
    update: {
      availableVersion: null,
      trialUntil: sources.trialOf === null ? null : iso(facts.nowMs + trialSecondsLeft(box) * 1000),
      lastResult: facts.update?.result ?? 'none',
    },
    selfTest: sources.selfTest,
  };
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

function texts(
  shown: ShownCondition,
  facts: StatusFacts,
  timeZone: string,
): { readonly title: Bilingual; readonly action: Bilingual } {
  const context = (lang: Language): TextContext => ({
    lang,
    timeZone,
    nowMs: facts.nowMs,
    clockTrusted: facts.clockTrusted,
  });
  const en = describe(shown, context('en'));
  const id = describe(shown, context('id'));
  return {
    title: { en: en.title, id: id.title },
    action: { en: en.action, id: id.action },
  };
}

function since(shown: ShownCondition, facts: StatusFacts): { at: string; seconds: number } {
  const ageMs = Math.max(0, facts.monotonicMs - shown.sinceMs);
  return { at: iso(facts.nowMs - ageMs), seconds: Math.floor(ageMs / 1000) };
}

function verdictDocument(verdict: Verdict, facts: StatusFacts, timeZone: string): VerdictDocument {
  const shown = verdict.headline;
  const { title, action } = texts(shown, facts, timeZone);
  const { at, seconds } = since(shown, facts);
  return {
    code: shown.code,
    severity: shown.severity,
    priority: shown.priority,
    modem: shown.modem,
    since: at,
    sinceSeconds: seconds,
    params: shown.params,
    title,
    action: { ...action, href: null, method: null },
    led: verdict.led,
  };
}

function conditionDocument(
  shown: ShownCondition,
  facts: StatusFacts,
  timeZone: string,
): ConditionDocument {
  return {
    code: shown.code,
    severity: shown.severity,
    priority: conditionByCode(shown.code)?.priority ?? shown.priority,
    modem: shown.modem,
    since: since(shown, facts).at,
    params: shown.params,
    ...texts(shown, facts, timeZone),
    mutedUntil: null,
    hiddenBy: shown.hiddenBy,
  };
}
