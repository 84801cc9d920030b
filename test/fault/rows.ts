import type { SendFault, StandingFault } from '../../app/simulator/fault-names.ts';

/** One misbehaviour of the modem and what must become of the messages that meet it. */
export interface Row {
  readonly name: string;
  readonly faults: Partial<Record<SendFault | StandingFault, unknown>>;
  /** How many messages are sent into it; default 1. */
  readonly messages?: number;
  /** Fields of the messages besides recipient and modem. */
  readonly fields?: object;
  /** Where they stand while the fault lasts, and the code they carry then. */
  readonly during?: { readonly status: string; readonly code?: string };
  /** One of these codes is on show while the fault lasts; null: none about this modem. */
  readonly condition: string | readonly string[] | null;
  /** The condition outlives the fault: it counts an hour. */
  readonly conditionStays?: boolean;
  /** A person's decision when the fault is over. */
  readonly resolve?: 'resend' | 'sent' | 'cancel';
  /**
   * The modem may vanish before or just after the last octet was written: then the message is
   * rightly in doubt, nothing is in the journal, and it is sent again by order.
   */
  readonly mayDoubt?: boolean;
  /** Where they end, without anybody's help but that decision. */
  readonly end: string;
  /** Journal lines of each message at its end; default 1. More than one only under `resend`. */
  readonly lines?: number;
}

const ONCE = { count: 1 };
const TWICE = { count: 2 };
const THRICE = { count: 3 };
const ALWAYS = { probability: 1 };
/** Without a report nothing settles an outcome behind the test's back. */
const UNREPORTED = { reportMissing: ALWAYS };

/** Each list runs on a modem of its own, one row after another, beside the other lists. */
export const LANES: readonly (readonly Row[])[] = [
  [
    // Nothing that shows: the message goes out as if the modem were well.
    { name: 'octets one by one', faults: { splitBytes: true }, condition: null, end: 'delivered' },
    { name: 'echo that stays on', faults: { echoOn: true }, condition: null, end: 'delivered' },
    { name: 'noise of the vendor', faults: { noisyUrcs: true }, condition: null, end: 'delivered' },
    {
      name: 'a foreign line in the middle of a send',
      faults: { urcInMiddle: { count: 2, line: '+CREG: 1' } },
      messages: 2,
      condition: null,
      end: 'delivered',
    },
    {
      name: 'random octets in the middle of a send',
      faults: { garbage: TWICE },
      messages: 2,
      condition: null,
      end: 'delivered',
    },
    {
      name: 'a result without its OK',
      faults: { lostOk: TWICE },
      messages: 2,
      condition: null,
      end: 'delivered',
    },
    {
      name: 'a prompt that takes its time',
      faults: { latePrompt: { count: 1, ms: 8_000 } },
      condition: null,
      end: 'delivered',
    },
    {
      name: 'no prompt once',
      faults: { noPrompt: ONCE },
      condition: null,
      end: 'delivered',
    },
    {
      name: 'a report that comes late',
      faults: { reportLate: { count: 1, ms: 20_000 } },
      during: { status: 'sent' },
      condition: null,
      end: 'delivered',
    },
    {
      name: 'reports out of order',
      faults: { reportsOutOfOrder: ONCE },
      messages: 2,
      condition: null,
      end: 'delivered',
    },
    { name: 'no report', faults: { reportMissing: ONCE }, condition: null, end: 'sent' },
    {
      name: 'a report of failure',
      faults: { reportStatus: { count: 1, tpSt: 0x46 } },
      condition: null,
      end: 'undelivered',
    },
    {
      name: 'a report that the network goes on trying',
      faults: { reportStatus: { count: 1, tpSt: 0x30 } },
      condition: null,
      end: 'sent',
    },
    {
      name: 'a number that does not exist',
      faults: { cmsError: { count: 1, code: 1 } },
      condition: null,
      end: 'failed',
      lines: 0,
    },
  ],
  [
    // Refused, and known to be.
    {
      name: 'refused at the prompt',
      faults: { cmsAtPrompt: { ...ALWAYS, code: 302 } },
      messages: 3,
      condition: 'send-rejecting',
      end: 'delivered',
    },
    {
      name: 'refused by the network',
      faults: { cmsError: { ...ALWAYS, code: 38 } },
      messages: 3,
      condition: 'credit-suspected',
      end: 'delivered',
    },
  ],
  [
    {
      name: 'refused by the operator',
      faults: { cmsError: { ...ALWAYS, code: 21 } },
      messages: 3,
      during: { status: 'queued' },
      condition: 'credit-suspected',
      end: 'delivered',
    },
  ],
  [
    // Answered, but with nothing that proves anything.
    {
      name: 'an error without a meaning',
      faults: { cmeError: ONCE },
      during: { status: 'uncertain', code: 'cme-100' },
      condition: 'messages-uncertain',
      resolve: 'resend',
      end: 'delivered',
    },
    {
      name: 'an error without a number',
      faults: { bareError: ONCE },
      during: { status: 'uncertain', code: 'bare-error' },
      condition: 'messages-uncertain',
      resolve: 'resend',
      end: 'delivered',
    },
    {
      name: 'accepted, then an error',
      faults: { acceptedThenError: ONCE, ...UNREPORTED },
      during: { status: 'uncertain', code: 'cms-500' },
      condition: 'messages-uncertain',
      resolve: 'sent',
      end: 'sent',
    },
    {
      name: 'accepted, then an error, then a report',
      faults: { acceptedThenError: ONCE },
      condition: null,
      end: 'delivered',
    },
    {
      name: 'accepted without an answer, settled by its report',
      faults: { silentAccepted: ONCE },
      condition: null,
      end: 'delivered',
    },
    {
      name: 'accepted without an answer or a report',
      faults: { silentAccepted: ONCE, ...UNREPORTED },
      during: { status: 'uncertain', code: 'no-answer' },
      condition: 'messages-uncertain',
      resolve: 'sent',
      end: 'sent',
    },
    {
      name: 'accepted without an answer, and the sender prefers twice to never',
      faults: { silentAccepted: ONCE, ...UNREPORTED },
      fields: { onUncertain: 'resend' },
      condition: null,
      end: 'sent',
      lines: 2,
    },
  ],
  [
    {
      name: 'lost without an answer',
      faults: { silentLost: ALWAYS },
      messages: 3,
      during: { status: 'uncertain', code: 'no-answer' },
      condition: 'send-no-answer',
      resolve: 'resend',
      end: 'delivered',
    },
  ],
  [
    // The port or the modem goes away.
    {
      name: 'the port goes before the hand-over',
      faults: { dropBeforeCtrlZ: THRICE },
      messages: 3,
      mayDoubt: true,
      condition: 'modem-unstable',
      conditionStays: true,
      end: 'delivered',
    },
    {
      name: 'the port goes after the hand-over',
      faults: { dropAfterCtrlZ: ONCE, ...UNREPORTED },
      during: { status: 'uncertain', code: 'link-lost-after-hand-over' },
      condition: 'messages-uncertain',
      resolve: 'sent',
      end: 'sent',
    },
    {
      name: 'the port goes after the hand-over, and the report comes later',
      faults: { dropAfterCtrlZ: ONCE },
      condition: 'modem-unstable',
      conditionStays: true,
      end: 'delivered',
    },
    {
      name: 'the answer comes on the next connection',
      faults: { lateResultNextConnection: ONCE, ...UNREPORTED },
      during: { status: 'sent' },
      condition: 'modem-unstable',
      conditionStays: true,
      end: 'sent',
    },
  ],
  [
    {
      name: 'the modem restarts before the hand-over',
      faults: { rebootBefore: THRICE },
      condition: 'modem-unstable',
      conditionStays: true,
      end: 'delivered',
    },
    {
      name: 'the modem restarts after the hand-over',
      faults: { rebootAfter: ONCE, ...UNREPORTED },
      during: { status: 'uncertain', code: 'modem-reset-after-hand-over' },
      condition: 'messages-uncertain',
      resolve: 'sent',
      end: 'sent',
    },
    {
      name: 'the modem restarts after the hand-over, and the report comes later',
      faults: { rebootAfter: ONCE },
      condition: 'modem-unstable',
      conditionStays: true,
      end: 'delivered',
    },
  ],
  [
    // The modem hangs.
    {
      name: 'no prompt at all',
      faults: { noPrompt: ALWAYS },
      during: { status: 'queued' },
      condition: 'modem-unstable',
      conditionStays: true,
      end: 'delivered',
    },
  ],
  [
    {
      name: 'every prompt too late',
      faults: { latePrompt: { ...ALWAYS, ms: 30_000 } },
      during: { status: 'queued' },
      condition: 'modem-failed',
      end: 'delivered',
    },
    {
      name: 'a modem that hangs',
      faults: { hang: true },
      during: { status: 'queued' },
      condition: ['modem-silent', 'modem-recovering', 'modem-failed'],
      end: 'delivered',
    },
  ],
  [
    // SIM and network.
    {
      name: 'the network is lost',
      faults: { registrationLost: true },
      during: { status: 'queued' },
      condition: ['network-searching', 'signal-none'],
      end: 'delivered',
    },
    {
      name: 'the memory of the SIM is full',
      faults: { storageFull: true },
      condition: 'sim-storage-full',
      end: 'delivered',
    },
    {
      name: 'no SIM',
      faults: { simMissing: true },
      during: { status: 'queued' },
      condition: 'sim-missing',
      end: 'delivered',
    },
  ],
  [
    {
      name: 'the SIM asks for its PIN',
      faults: { pinRequired: true },
      during: { status: 'queued' },
      condition: 'sim-pin-required',
      end: 'delivered',
    },
  ],
  [
    {
      name: 'the SIM asks for its PUK',
      faults: { pukRequired: true },
      during: { status: 'queued' },
      condition: 'sim-puk-required',
      end: 'delivered',
    },
  ],
];
