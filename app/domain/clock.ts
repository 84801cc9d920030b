/**
 * Time as the rooms receive it. Wall time may be wrong (the board has no battery clock), so
 * decisions that need it ask `trusted` first, and waits use the monotonic side only.
 */
export interface Clock {
  /** Wall time, milliseconds since 1970-01-01T00:00Z. May jump. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start; never runs backwards, never jumps. */
  monotonicMs(): number;
  /** Whether wall time may be believed (the kernel says that it is synchronised). */
  trusted(): boolean;
  /** Identifies this boot of the machine; monotonic values compare only within one boot. */
  readonly bootId: string;
  /** Runs `action` once after `delayMs` of monotonic time; the returned function cancels it. */
  schedule(delayMs: number, action: () => void): () => void;
}

/** Resolves after `delayMs`; rejects with the signal's reason as soon as it aborts. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
