import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { ModemDriverDeps } from './contract.ts';
import type { ModemFacts } from './facts.ts';
import { type LadderStep, RecoveryLadder, RUNGS } from './ladder.ts';
import type { DriverLimits } from './limits.ts';
import { performRung } from './recover.ts';
import type { Session } from './session.ts';
import type { Trouble } from './trouble.ts';

/** Silent for so long before the ladder begins: the status looks every 5 s, and is to see it. */
const SILENT_MS = 10_000;

/** Whether the same port serves for the next round, or must be opened anew. */
export type NextRound = 'same-link' | 'reopen';

/** Meets what ends a session's round: waits for a restart, or takes the next step of the ladder. */
export class Supervisor {
  readonly #deps: ModemDriverDeps;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: DriverLimits;
  readonly #facts: ModemFacts;
  readonly #ladder: RecoveryLadder;

  constructor(deps: ModemDriverDeps, limits: DriverLimits, facts: ModemFacts) {
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#limits = limits;
    this.#facts = facts;
    this.#ladder = new RecoveryLadder(
      RUNGS.filter((rung) => rung !== 'usb-reset' || deps.usbReset !== undefined),
    );
  }

  report(): ReturnType<RecoveryLadder['report']> {
    return this.#ladder.report(this.#clock.monotonicMs());
  }

  /** The modem is up. */
  recovered(): void {
    this.#ladder.recovered(this.#clock.monotonicMs());
  }

  async meet(trouble: Trouble, session: Session, signal: AbortSignal): Promise<NextRound> {
    switch (trouble.kind) {
      case 'stopped':
        return 'reopen';
      case 'link-lost':
        this.#ladder.dropped(trouble.reason, this.#clock.monotonicMs());
        return 'reopen';
      case 'sim-changed':
        return 'same-link';
      case 'booted':
        this.#ladder.dropped(trouble.reason, this.#clock.monotonicMs());
        this.#facts.state = 'starting';
        this.#deps.onChange();
        session.begin();
        return (await session.answersWithin(this.#limits.resetMs)) ? 'same-link' : 'reopen';
      case 'sick':
        return this.#climb(trouble, session, signal);
    }
  }

  async #climb(trouble: Trouble, session: Session, signal: AbortSignal): Promise<NextRound> {
    if (!this.#ladder.active && trouble.from === undefined) {
      this.#facts.state = 'silent';
      this.#deps.onChange();
      session.begin();
      // Whether it wakes up by itself or not: a fresh bring-up is the mildest step.
      await session.answersWithin(SILENT_MS);
    }
    const step = this.#ladder.next(trouble.reason, this.#clock.monotonicMs(), trouble.from);
    this.#logger.warn(
      { modem: this.#deps.config.id, step, reason: trouble.reason },
      'recovering the modem',
    );
    return this.#take(step, session, signal);
  }

  async #take(step: LadderStep, session: Session, signal: AbortSignal): Promise<NextRound> {
    if (step.kind === 'back-off') {
      this.#facts.state = 'failed';
      this.#deps.onChange();
      session.begin();
      await session.pause(step.waitMs);
      return 'reopen';
    }
    this.#facts.state = 'recovering';
    this.#deps.onChange();
    return performRung(step.rung, {
      session,
      profile: this.#facts.profile,
      port: this.#facts.port,
      clock: this.#clock,
      limits: this.#limits,
      logger: this.#logger,
      signal,
      usbReset: this.#deps.usbReset,
    });
  }
}
