import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type JournalLine, Rig, type RigOptions, until } from '../support/rig.ts';

/** Time in the rig's processes runs so many times as fast: a wait of a minute passes in seconds. */
export const FACTOR = 10;

export interface Message {
  readonly id: string;
  readonly status: string;
  readonly to: string;
  readonly attempts: number;
  readonly modem: string | null;
  readonly error: { readonly code: string; readonly class: string } | null;
  readonly parts: readonly {
    readonly number: number;
    readonly status: string;
    readonly reference: number | null;
  }[];
  readonly timeline: readonly {
    readonly at: string;
    readonly event: string;
    readonly detail: string | null;
  }[];
}

export interface Condition {
  readonly code: string;
  readonly modem: string | null;
  readonly severity: string;
}

type Resolution = 'resend' | 'sent' | 'cancel';

interface SimulatorState {
  readonly sim: { readonly lock: string; readonly pinTries: number; readonly pukTries: number };
}

let nextRecipient = 0;

/** A rig whose processes share one fast clock, and what a test asks of it. */
export class FastRig {
  readonly rig: Rig;
  readonly #sinceMs: number;

  private constructor(rig: Rig, sinceMs: number) {
    this.rig = rig;
    this.#sinceMs = sinceMs;
  }

  /** State lies in memory: these tests are about outcomes, and the disk would be the slow part. */
  static async create(options: RigOptions = {}): Promise<FastRig> {
    const sinceMs = Date.now();
    const rig = await Rig.create({
      ...(existsSync('/dev/shm') ? { parent: '/dev/shm' } : {}),
      ...options,
      env: () => ({ PISANG_TEST_HOOKS: '1', PISANG_TEST_CLOCK: `${FACTOR}@${sinceMs}` }),
    });
    return new FastRig(rig, sinceMs);
  }

  /** Wall time as the rig's processes see it. */
  nowMs(): number {
    return this.#sinceMs + (Date.now() - this.#sinceMs) * FACTOR;
  }

  async modemReady(modem = 'modem1'): Promise<void> {
    await until(`${modem} is ready`, async () => (await this.modemState(modem)) === 'ready');
  }

  async modemState(modem: string): Promise<string | null> {
    const { items } = JSON.parse((await this.rig.fetch('GET', '/v1/modems')).body) as {
      items: { id: string; state: string }[];
    };
    return items.find(({ id }) => id === modem)?.state ?? null;
  }

  /** Posts a message to a recipient of its own. */
  async post(fields: object = {}): Promise<Message> {
    nextRecipient += 1;
    const to = `+62896${String(nextRecipient).padStart(8, '0')}`;
    const answer = await this.rig.fetch('POST', '/v1/messages', { to, text: 'pesan', ...fields });
    assert.equal(answer.status, 202, answer.body);
    return JSON.parse(answer.body) as Message;
  }

  async message(id: string): Promise<Message> {
    const answer = await this.rig.fetch('GET', `/v1/messages/${id}`);
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body) as Message;
  }

  /** Waits for one of the statuses. */
  async reaches(id: string, statuses: string | readonly string[]): Promise<Message> {
    let message = await this.message(id);
    await until(
      `${id} becomes ${String(statuses)}`,
      async () => {
        message = await this.message(id);
        return typeof statuses === 'string'
          ? message.status === statuses
          : statuses.includes(message.status);
      },
      60_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it is ${JSON.stringify(message, null, 1)}`);
    });
    return message;
  }

  async resolve(id: string, action: Resolution): Promise<Message> {
    const answer = await this.#resolve(id, action);
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body) as Message;
  }

  /** Decides, unless a late answer or report has settled the message since it was read. */
  async resolveUnlessSettled(id: string, action: Resolution): Promise<void> {
    const answer = await this.#resolve(id, action);
    if (answer.status === 409) {
      assert.equal(
        (JSON.parse(answer.body) as { code: string }).code,
        'not-uncertain',
        answer.body,
      );
      return;
    }
    assert.equal(answer.status, 200, answer.body);
  }

  #resolve(id: string, action: Resolution): ReturnType<Rig['fetch']> {
    return this.rig.fetch('POST', `/v1/messages/${id}/resolve`, { action });
  }

  /** Codes on show for the modem, and those of box and queue. */
  async conditions(modem: string | null = null): Promise<Condition[]> {
    const answer = await this.rig.fetch('GET', '/v1/status');
    assert.equal(answer.status, 200, answer.body);
    const { conditions } = JSON.parse(answer.body) as { conditions: Condition[] };
    return conditions.filter(
      (shown) => modem === null || shown.modem === null || shown.modem === modem,
    );
  }

  /** The parts of one recipient that the networks took. */
  linesTo(to: string): JournalLine[] {
    return this.rig.journal().filter((line) => line.to === to);
  }

  async simulator(index = 0): Promise<SimulatorState> {
    return JSON.parse((await this.rig.control('GET', '/state', undefined, index)).body);
  }

  close(): Promise<void> {
    return this.rig.close();
  }
}
