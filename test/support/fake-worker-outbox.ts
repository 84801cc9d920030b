import { GatewayError } from '../../app/domain/gateway-error.ts';
import type { ModemId } from '../../app/domain/ids.ts';
import type {
  OpenBracket,
  OutboxHealth,
  ReadyMessage,
  StatusReport,
  WorkerOutbox,
} from '../../app/outbox/contract.ts';

export interface Call {
  readonly verb: string;
  readonly argument: unknown;
}

/**
 * An outbox for tests of the worker's own decisions: it hands out the messages it was given, notes
 * every changing call in order, and fails the verbs named in `failing`.
 */
export class FakeWorkerOutbox implements WorkerOutbox {
  readonly calls: Call[] = [];
  readonly failing: Set<string> = new Set();
  readonly canceled: Set<number> = new Set();
  ready: ReadyMessage[] = [];
  brackets: OpenBracket[] = [];
  nextDueMs: number | null = null;
  handOverTimesMs: number[] = [];
  reportResult: 'matched' | 'settled' = 'matched';

  async openBrackets(): Promise<readonly OpenBracket[]> {
    return this.brackets;
  }

  async requeueInterrupted(): Promise<readonly number[]> {
    await this.#note('requeueInterrupted', null);
    return [];
  }

  async wakeDue(nowMs: number): Promise<number | null> {
    await this.#note('wakeDue', nowMs);
    return this.nextDueMs;
  }

  async nextReady(want: {
    modem: ModemId;
    limit: number;
    excludeSeqs: readonly number[];
  }): Promise<readonly ReadyMessage[]> {
    return this.ready
      .filter(
        ({ seq, modem }) => !want.excludeSeqs.includes(seq) && (modem ?? want.modem) === want.modem,
      )
      .slice(0, want.limit);
  }

  async handOver(handOver: { readonly seq: number }): Promise<'committed' | 'gone'> {
    await this.#note('handOver', handOver);
    if (this.canceled.has(handOver.seq)) {
      return 'gone';
    }
    this.ready = this.ready.filter(({ seq }) => seq !== handOver.seq);
    return 'committed';
  }

  takeBack(part: object): Promise<void> {
    return this.#note('takeBack', part);
  }

  recordSent(part: object): Promise<void> {
    return this.#note('recordSent', part);
  }

  recordFailure(failure: object): Promise<void> {
    return this.#note('recordFailure', failure);
  }

  recordUncertain(part: object): Promise<void> {
    return this.#note('recordUncertain', part);
  }

  expire(seq: number): Promise<void> {
    this.ready = this.ready.filter((message) => message.seq !== seq);
    return this.#note('expire', seq);
  }

  async recordReport(report: StatusReport): Promise<'matched' | 'settled'> {
    await this.#note('recordReport', report);
    return this.reportResult;
  }

  async storeInbound(part: object): Promise<'stored'> {
    await this.#note('storeInbound', part);
    return 'stored';
  }

  async releasePartialInbound(): Promise<number> {
    return 0;
  }

  async handOverTimes(): Promise<readonly number[]> {
    return this.handOverTimesMs;
  }

  async pinAttempt(): Promise<'committed'> {
    return 'committed';
  }

  pinResult(): Promise<void> {
    return this.#note('pinResult', null);
  }

  async pinTried(): Promise<boolean> {
    return false;
  }

  appendEvent(event: object): Promise<void> {
    return this.#note('appendEvent', event);
  }

  health(): OutboxHealth {
    return {
      state: 'ok',
      freeBytes: null,
      depth: this.ready.length,
      commitP50Ms: null,
      commitP99Ms: null,
      groupSizeP50: null,
    };
  }

  close(): Promise<void> {
    return this.#note('close', null);
  }

  /** The verbs called so far, in order. */
  verbs(): string[] {
    return this.calls.map(({ verb }) => verb);
  }

  async #note(verb: string, argument: unknown): Promise<void> {
    this.calls.push({ verb, argument });
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failing.has(verb)) {
      throw new GatewayError('storage-full', `the disk refused ${verb}`, { retry: 'later' });
    }
  }
}
