import { errorByCode } from '../domain/error-table.ts';
import type { NewMessage } from '../domain/message.ts';
import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import type { InboundRecord, MessageDetail, MessageRecord } from '../outbox/contract.ts';

let isoOfMs = -1;
let iso = '';

/** ISO 8601 with milliseconds; the last one is kept, since many share their millisecond. */
function isoTime(ms: number): string {
  if (ms !== isoOfMs) {
    iso = new Date(ms).toISOString();
    isoOfMs = ms;
  }
  return iso;
}

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

/**
 * JSON text of the message resource just after its commit. Put together from few pieces, most of
 * them the same for all plain messages: this is done for every request under load.
 */
export function acceptedResource(message: NewMessage): string {
  const at = isoTime(message.createdAtMs);
  const plain =
    message.modem === null &&
    message.sendAtMs === null &&
    message.validitySeconds === null &&
    message.reference === null &&
    message.metadata === null;
  const { middle, end } = plain ? plainPieces(message) : pieces(message);
  const scheduled = message.sendAtMs !== null && message.sendAtMs > message.createdAtMs;
  return `{"id":"${message.id}","status":"${scheduled ? 'scheduled' : 'queued'}","to":"${message.to}","text":${JSON.stringify(message.text)}${middle}${at}${end}${at}","event":"accepted","detail":null}]}`;
}

interface Pieces {
  /** From `encoding` up to the value of `createdAt`, and from there up to the timeline's time. */
  readonly middle: string;
  readonly end: string;
}

const plainPiecesOf = new Map<number, Pieces>();

function plainPieces(message: NewMessage): Pieces {
  const variant =
    message.segments * 48 +
    (message.encoding === 'gsm7' ? 0 : 24) +
    (message.priority === 'high' ? 0 : message.priority === 'normal' ? 8 : 16) +
    (message.flash ? 4 : 0) +
    (message.deliveryReport ? 2 : 0) +
    (message.onUncertain === 'hold' ? 1 : 0);
  let known = plainPiecesOf.get(variant);
  if (known === undefined) {
    known = pieces(message);
    plainPiecesOf.set(variant, known);
  }
  return known;
}

function pieces(message: NewMessage): Pieces {
  const scheduled = message.sendAtMs !== null && message.sendAtMs > message.createdAtMs;
  const sendAt = message.sendAtMs === null ? null : isoTime(message.sendAtMs);
  const parts = Array.from({ length: message.segments }, (_, index) => ({
    number: index + 1,
    status: 'pending',
    reference: null,
  }));
  const before = {
    encoding: message.encoding,
    segments: message.segments,
    attempts: 0,
    queuePosition: null,
    estimatedSendAt: scheduled ? sendAt : null,
  };
  const after = {
    sentAt: null,
    deliveredAt: null,
    modem: message.modem,
    error: null,
    priority: message.priority,
    flash: message.flash,
    deliveryReport: message.deliveryReport,
    onUncertain: message.onUncertain,
    sendAt,
    validitySeconds: message.validitySeconds,
    reference: message.reference,
    metadata: message.metadata === null ? null : (JSON.parse(message.metadata) as unknown),
    parts,
  };
  return {
    middle: `,${JSON.stringify(before).slice(1, -1)},"createdAt":"`,
    end: `",${JSON.stringify(after).slice(1, -1)},"timeline":[{"at":"`,
  };
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
      modem.sim.state === 'ready' &&
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
