import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { GatewayConfig, ModemConfig } from '../domain/config.ts';
import type { MessageId, ModemId } from '../domain/ids.ts';
import type { EncodingChoice, NewMessage, OnUncertain, Priority } from '../domain/message.ts';
import type { RecipientReader } from '../domain/recipient.ts';
import * as checks from './compiled-checks.js';
import { MESSAGE_INPUT } from './input-schemas.ts';
import type { FieldError } from './problems.ts';
import { countSegments } from './segments.ts';
import { endsBefore, readSendAt } from './send-time.ts';
import { validator } from './validator.ts';

const METADATA_LIMIT_BYTES = 4_096;
const METADATA_LIMIT_DEPTH = 32;

/** A message that passed every check, before it has an id and an owner. */
export type CheckedMessage = Omit<NewMessage, 'id' | 'keyName' | 'createdAtMs'>;

/** Shape of a body that passed `MESSAGE_INPUT`. */
interface MessageBody {
  readonly to: string;
  readonly text: string;
  readonly modem?: string | null;
  readonly sendAt?: string | null;
  readonly validitySeconds?: number | null;
  readonly priority?: Priority;
  readonly flash?: boolean;
  readonly encoding?: EncodingChoice;
  readonly deliveryReport?: boolean;
  readonly onUncertain?: OnUncertain;
  readonly reference?: string | null;
  readonly metadata?: object | null;
}

/** `at` is the JSON Pointer of `body`. */
export type MessageReader = (
  body: unknown,
  at: string,
) => CheckedMessage | { readonly errors: readonly FieldError[] };

/** The one check of a message, whichever call brought it. */
export function messageReader(
  config: Pick<GatewayConfig, 'queue' | 'modems' | 'defaultRegion'>,
  recipients: RecipientReader,
  clock: Clock,
): MessageReader {
  const validate = validator(MESSAGE_INPUT, checks.MESSAGE_INPUT);
  const modems = new Set<string>(config.modems.map((modem) => modem.id));

  return (body, at) => {
    const shape = validate(body, at);
    if (shape.length > 0) {
      return { errors: shape };
    }
    const fields = body as MessageBody;
    const errors: FieldError[] = [];
    const recipient = recipients(fields.to);
    if (recipient === null) {
      errors.push({
        pointer: `${at}/to`,
        detail: `is no number: give + and 8 to 15 digits, a national number of ${config.defaultRegion}, or a short code of 3 to 8 digits`,
      });
    } else if ((fields.modem ?? null) === null && !isServed(config.modems, recipient.address)) {
      errors.push({
        pointer: `${at}/to`,
        detail: 'is served by no modem; add its beginning to the routes of one, or name the modem',
      });
    }
    const counted = countSegments(fields.text, fields.encoding ?? 'auto');
    if (typeof counted === 'string') {
      errors.push({ pointer: `${at}/text`, detail: counted });
    }
    const modem = fields.modem ?? null;
    if (modem !== null && !modems.has(modem)) {
      errors.push({
        pointer: `${at}/modem`,
        detail: `is not configured; there is ${[...modems].join(', ') || 'no modem'}`,
      });
    }
    const sendAt = readSendAt(fields.sendAt ?? null, clock);
    if (typeof sendAt === 'string') {
      errors.push({ pointer: `${at}/sendAt`, detail: sendAt });
    } else if (endsBefore(sendAt, fields.validitySeconds ?? null, clock)) {
      errors.push({
        pointer: `${at}/validitySeconds`,
        detail: 'counts from now and must end after sendAt, else the message could never be sent',
      });
    }
    const reference = fields.reference ?? null;
    if (reference !== null && !isStorable(reference)) {
      errors.push({
        pointer: `${at}/reference`,
        detail: 'must not contain control characters or half of a surrogate pair',
      });
    }
    const metadata = readMetadata(fields.metadata ?? null);
    if (metadata !== null && 'error' in metadata) {
      errors.push({ pointer: `${at}/metadata`, detail: metadata.error });
    }
    if (
      errors.length > 0 ||
      recipient === null ||
      typeof counted === 'string' ||
      typeof sendAt === 'string' ||
      (metadata !== null && 'error' in metadata)
    ) {
      return { errors };
    }
    return {
      to: recipient.address,
      text: fields.text,
      encoding: counted.encoding,
      segments: counted.segments,
      priority: fields.priority ?? 'normal',
      flash: fields.flash ?? false,
      deliveryReport: fields.deliveryReport ?? true,
      onUncertain: fields.onUncertain ?? config.queue.onUncertain,
      modem: modem as ModemId | null,
      sendAtMs: sendAt,
      validitySeconds: fields.validitySeconds ?? null,
      reference,
      metadata: metadata?.json ?? null,
    };
  };
}

/** A number outside the routes of all modems would wait for ever. */
function isServed(modems: readonly ModemConfig[], to: string): boolean {
  return (
    modems.length === 0 ||
    modems.some(({ routes }) => routes.length === 0 || routes.some((start) => to.startsWith(start)))
  );
}

export function newMessage(
  checked: CheckedMessage,
  id: MessageId,
  keyName: string,
  createdAtMs: number,
): NewMessage {
  return {
    id,
    to: checked.to,
    text: checked.text,
    encoding: checked.encoding,
    segments: checked.segments,
    priority: checked.priority,
    flash: checked.flash,
    deliveryReport: checked.deliveryReport,
    onUncertain: checked.onUncertain,
    modem: checked.modem,
    sendAtMs: checked.sendAtMs,
    validitySeconds: checked.validitySeconds,
    reference: checked.reference,
    metadata: checked.metadata,
    keyName,
    createdAtMs,
  };
}

/** SHA-256 (hex) of what was meant, so that spelling (field order, spaces in `to`) is no difference. */
export function meaningHash(kind: string, messages: readonly CheckedMessage[]): string {
  const hash = createHash('sha256').update(kind);
  for (const m of messages) {
    hash.update(
      JSON.stringify([
        m.to,
        m.text,
        m.encoding,
        m.priority,
        m.flash,
        m.deliveryReport,
        m.onUncertain,
        m.modem,
        m.sendAtMs,
        m.validitySeconds,
        m.reference,
        m.metadata,
      ]),
    );
  }
  return hash.digest('hex');
}

function readMetadata(
  value: object | null,
): { readonly json: string } | { readonly error: string } | null {
  if (value === null) {
    return null;
  }
  if (isDeeperThan(value, METADATA_LIMIT_DEPTH)) {
    return { error: `must not nest deeper than ${METADATA_LIMIT_DEPTH}` };
  }
  const json = JSON.stringify(sorted(value));
  return Buffer.byteLength(json) > METADATA_LIMIT_BYTES
    ? { error: `must be at most ${METADATA_LIMIT_BYTES} octets as JSON` }
    : { json };
}

/** Walks level by level, so that hostile nesting can't use up the stack. */
function isDeeperThan(value: object, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) {
      return true;
    }
    level = level.flatMap((node) =>
      typeof node === 'object' && node !== null ? Object.values(node) : [],
    );
  }
  return false;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

function isStorable(text: string): boolean {
  return !/[\p{Cc}\p{Surrogate}]/u.test(text);
}
