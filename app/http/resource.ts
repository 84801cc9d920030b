import { errorByCode } from '../domain/error-table.ts';
import type { NewMessage } from '../domain/message.ts';
import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import type { InboundRecord, MessageDetail, MessageRecord } from '../outbox/contract.ts';

let isoOfMs = -1;
let iso = '';

/** ISO 8601 with milliseconds; the last one is kept, since many share their millisecond. */
export function isoTime(ms: number): string {
  if (ms !== isoOfMs) {
    iso = new Date(ms).toISOString();
    isoOfMs = ms;
  }
  return iso;
}

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

/** JSON text of the message resource just after its commit, put together without an object tree. */
export function acceptedResource(message: NewMessage): string {
  const at = isoTime(message.createdAtMs);
  const scheduled = message.sendAtMs !== null && message.sendAtMs > message.createdAtMs;
  let parts = '{"number":1,"status":"pending","reference":null}';
  for (let number = 2; number <= message.segments; number += 1) {
    parts += `,{"number":${number},"status":"pending","reference":null}`;
  }
  return `{"id":"${message.id}","status":"${scheduled ? 'scheduled' : 'queued'}","to":"${message.to}","text":${JSON.stringify(message.text)},"encoding":"${message.encoding}","segments":${message.segments},"attempts":0,"queuePosition":null,"estimatedSendAt":${scheduled ? `"${isoTime(message.sendAtMs ?? 0)}"` : 'null'},"createdAt":"${at}","sentAt":null,"deliveredAt":null,"modem":${message.modem === null ? 'null' : JSON.stringify(message.modem)},"error":null,"priority":"${message.priority}","flash":${message.flash},"deliveryReport":${message.deliveryReport},"onUncertain":"${message.onUncertain}","sendAt":${message.sendAtMs === null ? 'null' : `"${isoTime(message.sendAtMs)}"`},"validitySeconds":${message.validitySeconds},"reference":${message.reference === null ? 'null' : JSON.stringify(message.reference)},"metadata":${message.metadata ?? 'null'},"parts":[${parts}],"timeline":[{"at":"${at}","event":"accepted","detail":null}]}`;
}

/** The message resource of a list. */
export function messageResource(
  record: MessageRecord,
  modems: readonly ModemSnapshot[],
  nowMs: number,
): Record<string, unknown> {
  return {
    id: record.id,
    status: record.status,
    to: record.to,
    text: record.text,
    encoding: record.encoding,
    segments: record.segments,
    attempts: record.attempts,
    queuePosition: record.queuePosition,
    estimatedSendAt: isoOrNull(estimatedSendAtMs(record, modems, nowMs)),
    createdAt: isoTime(record.createdAtMs),
    sentAt: isoOrNull(record.sentAtMs),
    deliveredAt: isoOrNull(record.deliveredAtMs),
    modem: record.modem,
    error: errorResource(record.errorCode),
    priority: record.priority,
    flash: record.flash,
    deliveryReport: record.deliveryReport,
    onUncertain: record.onUncertain,
    sendAt: isoOrNull(record.sendAtMs),
    validitySeconds: record.validitySeconds,
    reference: record.reference,
    metadata: record.metadata === null ? null : (JSON.parse(record.metadata) as unknown),
  };
}

/** The message resource on its own, with parts and timeline. */
export function messageDetail(
  record: MessageDetail,
  modems: readonly ModemSnapshot[],
  nowMs: number,
): Record<string, unknown> {
  return {
    ...messageResource(record, modems, nowMs),
    parts: record.parts,
    timeline: record.timeline,
  };
}

export function inboundResource(record: InboundRecord): Record<string, unknown> {
  return {
    id: record.id,
    from: record.from,
    text: record.text,
    receivedAt: isoTime(record.receivedAtMs),
    sentAt: isoOrNull(record.serviceCentreAtMs),
    modem: record.modem,
    parts: record.parts,
    partsReceived: record.partsReceived,
    encoding: record.encoding,
    lossy: record.lossy,
  };
}

/** A modem as `/v1/modems` shows it; what identifies card and device only to an administrator. */
export function modemResource(modem: ModemSnapshot, identified: boolean): object {
  return identified
    ? modem
    : { ...modem, imei: null, sim: { ...modem.sim, iccid: null, smsc: null } };
}

function errorResource(code: string | null): object | null {
  if (code === null) {
    return null;
  }
  const { class: errorClass, title, remedy } = errorByCode(code);
  return { code, class: errorClass, title, remedy };
}

/** Waiting rows know their time; queued ones take their turn at the present speed of all modems. */
function estimatedSendAtMs(
  record: MessageRecord,
  modems: readonly ModemSnapshot[],
  nowMs: number,
): number | null {
  if (record.status === 'scheduled' || record.waitUntilMs !== null) {
    return record.waitUntilMs ?? record.sendAtMs;
  }
  if (record.queuePosition === null) {
    return null;
  }
  let perMinute = 0;
  for (const modem of modems) {
    if (
      modem.state === 'ready' &&
      modem.sending.holding === null &&
      (record.modem === null || record.modem === modem.id)
    ) {
      perMinute += modem.sending.measuredPerMinute || modem.sending.ratePerMinute || 0;
    }
  }
  return perMinute > 0
    ? nowMs + Math.round(((record.queuePosition - 1) * 60_000) / perMinute)
    : null;
}
