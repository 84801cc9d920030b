import type { ModemId } from '../../app/domain/ids.ts';
import type { DriverSnapshot, ModemDriver, SendOutcome } from '../../app/modem/index.ts';

export interface SentPart {
  readonly pdu: string;
  readonly tpduLength: number;
}
/** What the modem does with the next part; `handOver` is the worker's bracket. */
export type Script = (handOver: () => Promise<'committed' | 'gone'>) => Promise<SendOutcome>;

/** A modem that hands the part over and answers with the next reference. */
function accept(reference: number): Script {
  return async (handOver) =>
    (await handOver()) === 'gone' ? { kind: 'gone' } : { kind: 'sent', reference, tookMs: 50 };
}

/** Hands the part over, then ends with `outcome`. */
export function after(outcome: SendOutcome): Script {
  return async (handOver) => {
    await handOver();
    return outcome;
  };
}

/** A driver for tests of the worker: always usable unless told otherwise, answers from a script. */
export class FakeDriver implements ModemDriver {
  readonly id: ModemId;
  readonly parts: SentPart[] = [];
  script: Script[] = [];
  usable = true;
  #reference = 0;
  #waiting: (() => void)[] = [];

  constructor(id: string = 'modem1') {
    this.id = id as ModemId;
  }

  start(): void {}

  ready(): boolean {
    return this.usable;
  }

  hold(): null {
    return null;
  }

  iccid(): string {
    return '8962000000000000001';
  }

  setUsable(usable: boolean): void {
    this.usable = usable;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) {
      wake();
    }
  }

  whenUsable(signal: AbortSignal): Promise<void> {
    if (this.usable || signal.aborted) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  snapshot(): DriverSnapshot {
    return { id: this.id, family: 'generic' } as DriverSnapshot;
  }

  async sendPart(
    part: SentPart,
    handOver: () => Promise<'committed' | 'gone'>,
  ): Promise<SendOutcome> {
    this.parts.push(part);
    const script = this.script.shift() ?? accept(this.#reference++ % 256);
    return script(handOver);
  }

  async execute(): Promise<{ readonly ok: boolean; readonly detail: string }> {
    return { ok: true, detail: 'Done.' };
  }

  async stop(): Promise<void> {}

  hung(): boolean {
    return false;
  }
}
