import type { Random } from './random.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** UUIDv7 in canonical text form, always 36 characters. */
export type MessageId = Branded<'MessageId'>;
/** UUIDv7 of a received SMS. */
export type InboundId = Branded<'InboundId'>;
/** `key_` and 12 base-62 characters; names a key without being secret. */
export type KeyId = Branded<'KeyId'>;
/** The `id` of a modem in the configuration, for example `modem1`. */
export type ModemId = Branded<'ModemId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isMessageId(value: string): value is MessageId {
  return UUID.test(value);
}

/**
 * A UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits, so that new ids
 * land at the end of an index. Uniqueness rests on the 74 random bits, never on the clock.
 */
export function uuidV7(nowMs: number, random: Random): string {
  const bytes = random(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  view.setUint16(0, Math.floor(nowMs / 0x1_0000_0000));
  view.setUint32(2, nowMs % 0x1_0000_0000);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
