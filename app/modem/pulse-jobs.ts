import { assertNever } from '../domain/assert-never.ts';
import type { Logger } from '../domain/logger.ts';
import { readOperator } from './bring-up.ts';
import type { ModemFacts } from './facts.ts';
import type { InboundReader } from './inbound-reader.ts';
import type { PulseJob } from './pulse-schedule.ts';
import type { RadioWatch } from './radio-watch.ts';
import { simMoved, whatChanged } from './still-holds.ts';
import type { Talk } from './talk.ts';
import { isModemError, RESTARTED_SILENTLY, type Trouble } from './trouble.ts';

export interface PulseJobsDeps {
  readonly talk: Talk;
  readonly inbound: InboundReader;
  readonly facts: ModemFacts;
  readonly radio: RadioWatch;
  readonly logger: Logger;
  /** What snapshots show has changed. */
  readonly onChange: () => void;
  /** A job found what ends the round. */
  readonly fail: (trouble: Trouble) => void;
  readonly restartedSilently: () => boolean;
}

const OTHER_STORES = ['ME', 'SM'];

/** What a session does at each beat of its pulse. Jobs reject only with errors of the modem. */
export class PulseJobs {
  readonly #deps: PulseJobsDeps;

  constructor(deps: PulseJobsDeps) {
    this.#deps = deps;
  }

  async perform(job: PulseJob): Promise<void> {
    const { talk, facts, radio, inbound, fail } = this.#deps;
    switch (job) {
      case 'sim':
        if (await simMoved(talk, facts)) {
          fail({ kind: 'sim-changed', reason: 'the SIM changed' });
        }
        return;
      case 'inbound':
        return this.#receive(() => inbound.readAnnounced());
      case 'pulse':
        return this.#readRadio();
      case 'poll':
        return this.#receive(() => inbound.readAll());
      case 'check':
        await this.verify(true);
        await readOperator(talk, radio);
        return this.#receive(() => inbound.readOtherStores(OTHER_STORES));
      default:
        return assertNever(job);
    }
  }

  /** Takes what came in while nobody listened. */
  drain(): Promise<void> {
    const { inbound } = this.#deps;
    return this.#receive(async () => {
      await inbound.readOtherStores(OTHER_STORES);
      await inbound.readAll();
    });
  }

  /** Takes a PDU that the modem did not store but printed. */
  takeDirect(pdu: string): Promise<void> {
    return this.#receive(() => this.#deps.inbound.takeDirect(pdu));
  }

  /** Other programs, resets and a missed acknowledgement undo settings without a word. */
  async verify(usable: boolean): Promise<void> {
    const { talk, facts, logger, fail } = this.#deps;
    const changed = await whatChanged(talk, facts, usable);
    if (changed !== null) {
      logger.warn({ changed }, 'the modem is not as it was left; bringing it up again');
      fail({ kind: 'sim-changed', reason: `changed: ${changed}` });
    }
  }

  async #readRadio(): Promise<void> {
    const { talk, radio, facts, onChange, fail, restartedSilently } = this.#deps;
    await radio.readRegistration(talk, facts.domains);
    await radio.readSignal(talk);
    if (radio.operatorMissing) {
      await readOperator(talk, radio);
    }
    onChange();
    if (restartedSilently()) {
      fail(RESTARTED_SILENTLY);
      return;
    }
    if (facts.sim.state === 'ready' && !radio.registered()) {
      // A card that was locked or taken out shows first as a lost network.
      await this.verify(true);
    }
  }

  /**
   * Errors of the outbox are not the modem's, and must not keep it from sending: they are logged, and
   * the next look tries again.
   */
  async #receive(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      if (isModemError(error)) {
        throw error;
      }
      this.#deps.logger.error(
        { err: error },
        'received messages could not be stored; they stay in the modem',
      );
    }
  }
}
