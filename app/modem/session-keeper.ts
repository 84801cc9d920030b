import type { LateResult } from '../at/at-types.ts';
import type { Link } from '../link/link.ts';
import type { ModemDriverDeps } from './contract.ts';
import type { ModemFacts } from './facts.ts';
import type { LateWindow } from './late-window.ts';
import type { DriverLimits } from './limits.ts';
import { PortKeeper } from './port-keeper.ts';
import type { RadioWatch } from './radio-watch.ts';
import { Session } from './session.ts';
import { Supervisor } from './supervisor.ts';

export interface SessionKeeperDeps {
  readonly driver: ModemDriverDeps;
  readonly limits: DriverLimits;
  readonly facts: ModemFacts;
  readonly radio: RadioWatch;
  readonly late: LateWindow;
  /** The session, or what it can do, may be another one. */
  readonly onChange: () => void;
}

/** Keeps a session on the modem: opens the port, lives through rounds and recoveries, opens it anew. */
export class SessionKeeper {
  readonly #deps: SessionKeeperDeps;
  readonly #ports: PortKeeper;
  readonly #supervisor: Supervisor;
  #session: Session | null = null;
  #lastAnswerMs: number | null = null;
  #hung = false;

  constructor(deps: SessionKeeperDeps) {
    this.#deps = deps;
    this.#ports = new PortKeeper(deps.driver, deps.limits, deps.facts);
    this.#supervisor = new Supervisor(deps.driver, deps.limits, deps.facts);
  }

  /** Null while no port is open. */
  get current(): Session | null {
    return this.#session;
  }

  /** When the modem last answered anything, monotonic; null before its first answer. */
  get lastAnswerMs(): number | null {
    return this.#lastAnswerMs;
  }

  /** A port could not be closed: only the end of the process frees it. */
  get hung(): boolean {
    return this.#hung;
  }

  recovery(): ReturnType<Supervisor['report']> {
    return this.#supervisor.report();
  }

  /** Resolves after `signal` aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const link = await this.#ports.open(signal);
      if (link !== null && !signal.aborted) {
        await this.#live(link, signal);
        this.#deps.late.interrupted();
        await this.close();
      } else if (link !== null) {
        await link.close();
      }
    }
  }

  /** Ends the session, so that `run` opens the port anew unless its signal aborted. Bounded in time. */
  async close(): Promise<void> {
    const { facts, driver, onChange } = this.#deps;
    const session = this.#session;
    this.#session = null;
    if (facts.state === 'ready') {
      facts.state = 'starting';
    }
    if (session !== null) {
      const report = await session.close();
      if (report.hung) {
        this.#hung = true;
        driver.logger.error({ modem: driver.config.id }, 'the port can not be closed');
      }
      onChange();
    }
  }

  async #live(link: Link, signal: AbortSignal): Promise<void> {
    const { facts, driver, late, onChange } = this.#deps;
    const session = this.#newSession(link);
    this.#session = session;
    late.opened();
    for (;;) {
      if (facts.state !== 'recovering' && facts.state !== 'failed') {
        facts.state = 'starting';
      }
      onChange();
      const trouble = await session.round();
      onChange();
      if (signal.aborted || trouble.kind === 'stopped') {
        return;
      }
      driver.logger.warn(
        { modem: driver.config.id, kind: trouble.kind, reason: trouble.reason },
        'the modem needs attention',
      );
      if (trouble.kind === 'booted') {
        // A modem that restarted has forgotten what it was asked to send.
        late.close();
      }
      if ((await this.#supervisor.meet(trouble, session, signal)) === 'reopen') {
        return;
      }
    }
  }

  #newSession(link: Link): Session {
    const { facts, radio, driver, limits, late, onChange } = this.#deps;
    return new Session({
      link,
      facts,
      radio,
      driver,
      limits,
      clock: driver.clock,
      logger: driver.logger,
      onAnswer: () => {
        this.#lastAnswerMs = driver.clock.monotonicMs();
      },
      onReceived: onChange,
      onLate: (result) => this.#heardLate(result),
      onUp: () => this.#up(),
      onHealth: onChange,
      mayBeBusy: () => late.open,
    });
  }

  #up(): void {
    this.#deps.facts.state = 'ready';
    this.#supervisor.recovered();
    this.#ports.worked();
    this.#deps.onChange();
  }

  #heardLate(result: LateResult): void {
    this.#deps.late.close();
    if (result.kind === 'sent') {
      this.#deps.driver.onLateSent(result.reference);
    }
  }
}
