import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import type { WorkerSnapshot } from '../domain/worker-protocol.ts';

/**
 * Lets the ages in a snapshot grow while it is the newest: the worker sends one only when something
 * changed, so that a search of five minutes would else stay the `0 s` with which it began.
 */
export class AgingSnapshot {
  #last: { readonly snapshot: WorkerSnapshot; readonly seenMs: number } | null = null;

  /** `nowMs` is monotonic; the snapshot counts as made when it was first seen here. */
  aged(snapshot: WorkerSnapshot | null, nowMs: number): WorkerSnapshot | null {
    if (snapshot === null) {
      return null;
    }
    if (this.#last?.snapshot !== snapshot) {
      this.#last = { snapshot, seenMs: nowMs };
    }
    const seconds = Math.floor((nowMs - this.#last.seenMs) / 1000);
    return seconds === 0
      ? snapshot
      : { ...snapshot, modems: snapshot.modems.map((modem) => older(modem, seconds)) };
  }
}

function older(modem: ModemSnapshot, seconds: number): ModemSnapshot {
  const plus = (age: number | null): number | null => (age === null ? null : age + seconds);
  return {
    ...modem,
    lastAnswerAgeSeconds: plus(modem.lastAnswerAgeSeconds),
    recovery: { ...modem.recovery, sinceSeconds: plus(modem.recovery.sinceSeconds) },
    radio: {
      ...modem.radio,
      registrationSinceSeconds: plus(modem.radio.registrationSinceSeconds),
      ageSeconds: plus(modem.radio.ageSeconds),
    },
  };
}
