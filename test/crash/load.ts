import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '../support/rig.ts';

export interface Accepted {
  readonly to: string;
  readonly id: string;
  readonly parts: number;
}

const LONG_TEXT = 'Pesan panjang yang perlu tiga bagian. '.repeat(10);

/**
 * Posts messages, each with an Idempotency-Key and a recipient of its own, until told to stop. One
 * that gets no 2xx is posted again with the same key, as a careful application would.
 */
export class Load {
  readonly accepted: Map<string, Accepted> = new Map<string, Accepted>();
  /** Answers that a correct gateway never gives; the test wants none. */
  readonly wrong: string[] = [];
  readonly #rig: Pick<Gateway, 'fetch'>;
  #next = 0;
  #running = true;
  #abandoned = false;
  #posters: Promise<void>[] = [];

  constructor(rig: Pick<Gateway, 'fetch'>) {
    this.#rig = rig;
  }

  /** @param enough while it says true nothing new is posted, so that what waits can be sent in the end */
  start(posters: number, pauseMs: number, enough: () => boolean = () => false): void {
    this.#posters = Array.from({ length: posters }, () => this.#post(pauseMs, enough));
  }

  /** Every message begun is accepted before this resolves; the API must be up. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#posters);
  }

  /** The test failed: nothing more is posted, whatever became of the rest. */
  abandon(): void {
    this.#running = false;
    this.#abandoned = true;
  }

  async #post(pauseMs: number, enough: () => boolean): Promise<void> {
    while (this.#running) {
      if (!enough()) {
        await this.#deliver(this.#next++);
      }
      await sleep(pauseMs);
    }
  }

  async #deliver(number: number): Promise<void> {
    const long = number % 10 === 3;
    const to = `+62811${String(number).padStart(8, '0')}`;
    const body = { to, text: long ? LONG_TEXT : `pesan ${number}` };
    while (!this.#abandoned) {
      const id = await this.#once(number, body);
      if (id !== null) {
        this.#note({ to, id, parts: long ? 3 : 1 });
        // Now and then the application lost the answer and asks once more.
        if (number % 7 === 0) {
          const again = await this.#once(number, body);
          if (again !== null && again !== id) {
            this.wrong.push(`message ${number} was ${id}, then ${again}`);
          }
        }
        return;
      }
      await sleep(50);
    }
  }

  async #once(number: number, body: object): Promise<string | null> {
    try {
      const answer = await this.#rig.fetch('POST', '/v1/messages', body, {
        'idempotency-key': `load-${number}`,
      });
      if (answer.status === 200 || answer.status === 202) {
        return (JSON.parse(answer.body) as { id: string }).id;
      }
      if (![409, 503].includes(answer.status)) {
        this.wrong.push(`message ${number}: ${answer.status} ${answer.body}`);
      }
    } catch {
      // The connection was refused or cut: nothing is known, so the key is used again.
    }
    return null;
  }

  #note(accepted: Accepted): void {
    const before = this.accepted.get(accepted.to);
    if (before !== undefined && before.id !== accepted.id) {
      this.wrong.push(`${accepted.to} has two ids: ${before.id} and ${accepted.id}`);
    }
    this.accepted.set(accepted.to, accepted);
  }
}
