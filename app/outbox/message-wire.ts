import type { NewMessage } from '../domain/message.ts';
import type { EnqueueRequest } from './contract.ts';

/**
 * Requests as they cross to the writer thread: the fields of all messages in one flat list. Copying
 * that between threads costs a quarter of copying one object per message, on both sides.
 */
export interface PackedRequests {
  readonly fields: readonly unknown[];
  /** Messages of each request; null: one each. */
  readonly sizes: readonly number[] | null;
  /** Of each request; null: none has a key. */
  readonly idempotency: readonly EnqueueRequest['idempotency'][] | null;
}

const FIELDS = 16;

export function packRequests(requests: readonly EnqueueRequest[]): PackedRequests {
  const fields: unknown[] = [];
  let single = true;
  let keyless = true;
  for (const { messages, idempotency } of requests) {
    single &&= messages.length === 1;
    keyless &&= idempotency === null;
    for (const m of messages) {
      fields.push(m.id, m.to, m.text, m.encoding, m.segments, m.priority, m.flash);
      fields.push(m.deliveryReport, m.onUncertain, m.modem, m.sendAtMs, m.validitySeconds);
      fields.push(m.reference, m.metadata, m.keyName, m.createdAtMs);
    }
  }
  return {
    fields,
    sizes: single ? null : requests.map(({ messages }) => messages.length),
    idempotency: keyless ? null : requests.map(({ idempotency }) => idempotency),
  };
}

export function unpackRequests({ fields, sizes, idempotency }: PackedRequests): EnqueueRequest[] {
  const count = sizes?.length ?? fields.length / FIELDS;
  const requests: EnqueueRequest[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const messages: NewMessage[] = [];
    for (let left = sizes?.[index] ?? 1; left > 0; left -= 1) {
      messages.push(unpackMessage(fields, at));
      at += FIELDS;
    }
    requests.push({ messages, idempotency: idempotency?.[index] ?? null });
  }
  return requests;
}

function unpackMessage(fields: readonly unknown[], at: number): NewMessage {
  return {
    id: fields[at],
    to: fields[at + 1],
    text: fields[at + 2],
    encoding: fields[at + 3],
    segments: fields[at + 4],
    priority: fields[at + 5],
    flash: fields[at + 6],
    deliveryReport: fields[at + 7],
    onUncertain: fields[at + 8],
    modem: fields[at + 9],
    sendAtMs: fields[at + 10],
    validitySeconds: fields[at + 11],
    reference: fields[at + 12],
    metadata: fields[at + 13],
    keyName: fields[at + 14],
    createdAtMs: fields[at + 15],
  } as NewMessage;
}
