import type { Clock } from '../../app/domain/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A clock that moves only when told to; both sides move together unless wall time is set. */
export class FakeClock implements Clock {
  readonly bootId: string;
  #wallMs: number;
  #monotonicMs = 0;
  #trusted = true;
  #timers: Timer[] = [];

  constructor(wallMs: number = Date.UTC(2026, 10, 21, 7, 0, 0), bootId: string = 'boot-1') {
    this.#wallMs = wallMs;
    this.bootId = bootId;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  trusted(): boolean {
    return this.#trusted;
  }

  schedule(delayMs: number, action: () => void): () => void {
    const timer = { dueMs: this.#monotonicMs + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait; a test ends with none. */
  pendingTimers(): number {
    return this.#timers.length;
  }

  setTrusted(trusted: boolean): void {
    this.#trusted = trusted;
  }

  /** Makes wall time jump without any monotonic time passing. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  /** Lets time pass, running due timers in order and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    for (;;) {
      await settle();
      const next = this.#timers
        .filter((timer) => timer.dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) {
        break;
      }
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#move(next.dueMs);
      next.action();
    }
    this.#move(endMs);
    await settle();
  }

  #move(toMs: number): void {
    this.#wallMs += Math.max(0, toMs - this.#monotonicMs);
    this.#monotonicMs = Math.max(this.#monotonicMs, toMs);
  }
}

/** Lets all promise reactions that are already due run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
