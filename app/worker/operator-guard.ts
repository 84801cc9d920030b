const WINDOW_MS = 60 * 60_000;
const REJECTIONS_TO_SUSPECT = 3;
const RECIPIENTS_TO_SUSPECT = 2;
/** One message per this time is let through while the operator is suspected. */
export const PROBE_EVERY_MS: number = 5 * 60_000;

interface Rejection {
  readonly recipient: string;
  readonly code: string;
  readonly atMs: number;
}

/**
 * Notices that the operator, not a recipient, refuses one modem's messages (credit, barring): three
 * refusals in a row of class `operator`, to two recipients at least, within an hour. While that
 * holds, the modem sends one probe every five minutes and leaves the queue alone; any success ends
 * it. All times are monotonic milliseconds.
 */
export class OperatorGuard {
  #rejections: Rejection[] = [];
  #lastProbeMs = Number.NEGATIVE_INFINITY;
  #lastSuccessMs = Number.NEGATIVE_INFINITY;
  /** When a message was last refused, so that one refused again after others passed can spend an attempt. */
  readonly #refusedMessages = new Map<number, number>();

  /** Milliseconds until a message may be tried; 0 is now. */
  waitMs(nowMs: number): number {
    return this.suspected(nowMs) ? Math.max(this.#lastProbeMs + PROBE_EVERY_MS - nowMs, 0) : 0;
  }

  suspected(nowMs: number): boolean {
    const recent = this.#rejections.filter((rejection) => rejection.atMs > nowMs - WINDOW_MS);
    return (
      recent.length >= REJECTIONS_TO_SUSPECT &&
      new Set(recent.map((rejection) => rejection.recipient)).size >= RECIPIENTS_TO_SUSPECT
    );
  }

  recordSuccess(seq: number, nowMs: number): void {
    this.#rejections = [];
    this.#lastSuccessMs = nowMs;
    this.#refusedMessages.delete(seq);
  }

  /**
   * Notes a refusal of class `operator`. Returns whether it is this message's own fault after all:
   * the same message was refused before and others got through in between.
   */
  recordRejection(seq: number, recipient: string, code: string, nowMs: number): boolean {
    this.#rejections = [...this.#rejections.slice(-99), { recipient, code, atMs: nowMs }];
    this.#lastProbeMs = nowMs;
    const before = this.#refusedMessages.get(seq);
    this.#refusedMessages.delete(seq);
    this.#refusedMessages.set(seq, nowMs);
    if (this.#refusedMessages.size > 10_000) {
      const oldest = this.#refusedMessages.keys().next().value;
      if (oldest !== undefined) {
        this.#refusedMessages.delete(oldest);
      }
    }
    return before !== undefined && this.#lastSuccessMs > before;
  }
}
