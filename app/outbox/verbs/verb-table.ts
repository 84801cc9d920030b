import type { CrashPoint } from '../crash-points.ts';
import type { Tx } from '../tx.ts';
import { cancel, cancelStep } from './cancel.ts';
import { appendEvent, handOverTimes } from './gateway-events.ts';
import { handOver, openBrackets, requeueInterrupted, takeBack } from './hand-over.ts';
import { releasePartialInbound, storeInbound } from './inbound.ts';
import { addKey, keys, keysVersion, putKey, revokeKey } from './keys.ts';
import { nextReady } from './next-ready.ts';
import { pinAttempt, pinResult, pinTried } from './pin.ts';
import { purgeStep } from './purge.ts';
import { queueStats } from './queue-stats.ts';
import { expire, recordFailure, recordSent, recordUncertain } from './record-outcome.ts';
import { recordReport } from './record-report.ts';
import { resolve } from './resolve.ts';
import { wakeDue } from './wake-due.ts';

/** What changes rows; each runs in its own savepoint of a group. */
export interface WriteVerbs {
  readonly addKey: typeof addKey;
  readonly appendEvent: typeof appendEvent;
  readonly cancel: typeof cancel;
  readonly cancelStep: typeof cancelStep;
  readonly expire: typeof expire;
  readonly handOver: typeof handOver;
  readonly pinAttempt: typeof pinAttempt;
  readonly pinResult: typeof pinResult;
  readonly purgeStep: typeof purgeStep;
  readonly putKey: typeof putKey;
  readonly recordFailure: typeof recordFailure;
  readonly recordReport: typeof recordReport;
  readonly recordSent: typeof recordSent;
  readonly recordUncertain: typeof recordUncertain;
  readonly releasePartialInbound: typeof releasePartialInbound;
  readonly requeueInterrupted: typeof requeueInterrupted;
  readonly resolve: typeof resolve;
  readonly revokeKey: typeof revokeKey;
  readonly storeInbound: typeof storeInbound;
  readonly takeBack: typeof takeBack;
  readonly wakeDue: typeof wakeDue;
}

/** What only looks, needs no transaction and is quick enough for the writer's own thread. */
export interface ReadVerbs {
  readonly handOverTimes: typeof handOverTimes;
  readonly keys: typeof keys;
  readonly keysVersion: typeof keysVersion;
  readonly nextReady: typeof nextReady;
  readonly openBrackets: typeof openBrackets;
  readonly pinTried: typeof pinTried;
  readonly queueStats: typeof queueStats;
}

export const WRITE_VERBS: WriteVerbs = {
  addKey,
  appendEvent,
  cancel,
  cancelStep,
  expire,
  handOver,
  pinAttempt,
  pinResult,
  purgeStep,
  putKey,
  recordFailure,
  recordReport,
  recordSent,
  recordUncertain,
  releasePartialInbound,
  requeueInterrupted,
  resolve,
  revokeKey,
  storeInbound,
  takeBack,
  wakeDue,
};

export const READ_VERBS: ReadVerbs = {
  handOverTimes,
  keys,
  keysVersion,
  nextReady,
  openBrackets,
  pinTried,
  queueStats,
};

/** A verb with the type of its arguments set aside; the client's types hold it together. */
export type AnyVerb = (tx: Tx, args: never) => unknown;

/** The middle of the names of the crash points around the commit that carries the verb. */
export const VERB_CRASH_POINTS: Readonly<
  Partial<Record<keyof WriteVerbs, readonly [CrashPoint, CrashPoint]>>
> = {
  handOver: ['worker.before-bracket-commit', 'worker.after-bracket-commit'],
  takeBack: ['worker.before-requeue-commit', 'worker.after-requeue-commit'],
  requeueInterrupted: ['worker.before-requeue-commit', 'worker.after-requeue-commit'],
  recordSent: ['worker.before-sent-commit', 'worker.after-sent-commit'],
  recordFailure: ['worker.before-failure-commit', 'worker.after-failure-commit'],
  recordUncertain: ['worker.before-uncertain-commit', 'worker.after-uncertain-commit'],
  recordReport: ['worker.before-report-commit', 'worker.after-report-commit'],
  storeInbound: ['worker.before-inbound-commit', 'worker.after-inbound-commit'],
  pinAttempt: ['worker.before-pin-commit', 'worker.after-pin-commit'],
  pinResult: ['worker.before-pin-commit', 'worker.after-pin-commit'],
};
