import type { Clock } from '../domain/clock.ts';

/**
 * The time in which an answer to a part that was given up may still come. While it is open no new part
 * is sent, so that the answer can't be taken for another part's.
 */
export class LateWindow {
  readonly #clock: Clock;
  readonly #leastMs: number;
  readonly #onClose: () => void;
  /** Of an earlier process; its time begins with the first open port. */
  #inheritedMs: number;
  #waitingForPort: boolean;
  /** When the answer to the last Ctrl-Z is at the latest due; null when it came. */
  #dueMs: number | null = null;
  #untilMs: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, inheritedMs: number, leastMs: number, onClose: () => void) {
    this.#leastMs = leastMs;
    this.#clock = clock;
    this.#onClose = onClose;
    this.#inheritedMs = inheritedMs;
    this.#waitingForPort = inheritedMs > 0;
  }

  get open(): boolean {
    return this.#waitingForPort || this.#untilMs !== null;
  }

  /** Ctrl-Z is being written. */
  handedOver(longestMs: number): void {
    this.#dueMs = this.#clock.monotonicMs() + longestMs;
  }

  /** The part in the air has its answer, or its time is over. */
  answered(): void {
    this.#dueMs = null;
  }

  /** The port is open: from now on a late answer would be heard. */
  opened(): void {
    const nowMs = this.#clock.monotonicMs();
    const leftMs = this.#dueMs === null ? 0 : Math.max(this.#dueMs - nowMs, this.#leastMs);
    const waitMs = Math.max(this.#inheritedMs, leftMs);
    this.#waitingForPort = false;
    this.#dueMs = null;
    if (waitMs <= 0) {
      return;
    }
    this.#cancel?.();
    this.#untilMs = nowMs + waitMs;
    this.#cancel = this.#clock.schedule(waitMs, () => this.close());
  }

  /** The link broke while the window was open: the rest of it counts at the next port. */
  interrupted(): void {
    if (this.#untilMs !== null) {
      this.#inheritedMs = Math.max(0, this.#untilMs - this.#clock.monotonicMs());
      this.#cancel?.();
      this.#cancel = null;
      this.#untilMs = null;
      this.#waitingForPort = true;
    }
  }

  /** The answer came, or can't come any more. */
  close(): void {
    const was = this.open;
    this.stop();
    if (was) {
      this.#onClose();
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#untilMs = null;
    this.#dueMs = null;
    this.#inheritedMs = 0;
    this.#waitingForPort = false;
  }
}
