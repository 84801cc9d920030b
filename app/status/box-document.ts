import type { StatusFacts } from '../domain/conditions/facts.ts';
import type { Sources } from './gather-facts.ts';
import type { BoxDocument, CapacityDocument, Traffic } from './status-document.ts';

/** The machine, as far as this process can see it. */
export function boxDocument(
  { box, health, config, past }: Sources,
  facts: StatusFacts,
  version: string,
): BoxDocument {
  return {
    board: box.board,
    version,
    slot: box.slot,
    imageId: box.imageId,
    schemaVersion: null,
    temperatureC: box.temperatureC,
    throttled: null,
    inputVolts: box.inputVolts,
    inputAmps: box.inputAmps,
    memoryAvailableBytes: box.memoryAvailableBytes,
    diskFreeBytes: facts.storage.freeBytes,
    diskReserveBytes: config.queue.diskReserveBytes,
    diskDaysLeft: facts.storage.daysLeft,
    storage: {
      readOnly: facts.storage.state === 'read-only',
      errors: facts.storage.errors,
      writtenBytes: box.card.writtenBytes,
      wearEstimateRatio: box.card.wearRatio,
      fsyncP99Ms: health.commitP99Ms,
      card: box.card.name,
    },
    lastRestart: past.lastRestart,
    clock: {
      trusted: facts.clockTrusted,
      source: facts.clockTrusted ? 'ntp' : 'none',
      offsetSeconds: null,
    },
    network: {
      ip: box.addresses[0] ?? null,
      mac: box.mac,
      linkMbps: box.linkMbps,
      conflictMac: null,
    },
  };
}

/** What the server carries now. */
export function capacityDocument(
  { box, health, config }: Sources,
  traffic: Traffic,
): CapacityDocument {
  return {
    ...traffic,
    fdUsed: box.fdUsed,
    fdLimit: box.fdLimit,
    backlogNow: null,
    backlogLimit: config.http.backlog,
    listenOverflows: box.listenOverflows,
    commitP50Ms: health.commitP50Ms,
    commitP99Ms: health.commitP99Ms,
    proven: null,
  };
}
