import type { MessageId, ModemId } from './ids.ts';

/** Every state of an outgoing message; the words of the API, the log and the page. */
export const MESSAGE_STATUSES = [
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'expired',
  'canceled',
  'uncertain',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export type PartStatus =
  | 'pending'
  | 'handed-over'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'uncertain';

export type Priority = 'high' | 'normal' | 'low';
export type EncodingChoice = 'auto' | 'gsm7' | 'ucs2';
export type Encoding = 'gsm7' | 'ucs2';
export type OnUncertain = 'hold' | 'resend';

/** The only changes a message may make. Each one appends an event (see `outbox/`). */
const TRANSITIONS: Readonly<Record<MessageStatus, readonly MessageStatus[]>> = {
  scheduled: ['queued', 'canceled', 'expired'],
  queued: ['sending', 'scheduled', 'failed', 'expired', 'canceled'],
  sending: ['queued', 'sent', 'failed', 'expired', 'uncertain'],
  sent: ['delivered', 'undelivered'],
  delivered: [],
  undelivered: ['delivered'],
  failed: [],
  expired: [],
  canceled: [],
  uncertain: ['sent', 'delivered', 'undelivered', 'queued', 'canceled'],
};

export function canTransition(from: MessageStatus, to: MessageStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Nothing more will be sent for the message without a person's order. `sent` may still become delivered. */
export function isTerminal(status: MessageStatus): boolean {
  return (
    status === 'sent' ||
    status === 'delivered' ||
    status === 'undelivered' ||
    status === 'failed' ||
    status === 'expired' ||
    status === 'canceled'
  );
}

/** Where the number of a recipient came from decides its type-of-address (23.040 §9.1.2.5). */
export interface Recipient {
  /** `+` and digits (E.164), or 3–8 digits of a short code. */
  readonly address: string;
  readonly kind: 'international' | 'short-code';
}

/** A validated message on its way into the outbox. Times are wall milliseconds. */
export interface NewMessage {
  readonly id: MessageId;
  readonly to: string;
  readonly text: string;
  readonly encoding: Encoding;
  /** 1–10; parts are cut again, in the same places, when they are sent. */
  readonly segments: number;
  readonly priority: Priority;
  readonly flash: boolean;
  readonly deliveryReport: boolean;
  readonly onUncertain: OnUncertain;
  /** The only modem that may send it, or null for any. */
  readonly modem: ModemId | null;
  readonly sendAtMs: number | null;
  readonly validitySeconds: number | null;
  readonly reference: string | null;
  /** JSON text of the caller's `metadata`, ≤ 4 KiB, or null. */
  readonly metadata: string | null;
  /** Name of the API key that sent it; also the name space of `idempotencyKey`. */
  readonly keyName: string;
  readonly createdAtMs: number;
}

export interface MessagePart {
  /** 1-based. */
  readonly number: number;
  readonly status: PartStatus;
  /** TP-MR the modem answered with, 0–255, or null. */
  readonly reference: number | null;
}

export interface TimelineEntry {
  readonly at: string;
  readonly event: string;
  readonly detail: string | null;
}
