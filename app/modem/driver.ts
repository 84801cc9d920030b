import { type Clock, delay } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { WorkerCommand } from '../domain/worker-protocol.ts';
import type { DriverSnapshot, ModemDriver, ModemDriverDeps, SendOutcome } from './contract.ts';
import { describe, familyName, type ModemFacts, newFacts } from './facts.ts';
import { LateWindow } from './late-window.ts';
import { DEFAULT_LIMITS, type DriverLimits } from './limits.ts';
import { performOrder } from './orders.ts';
import { RadioWatch } from './radio-watch.ts';
import { needsLook, SendHealth } from './send-health.ts';
import { sendPart } from './send-part.ts';
import type { Session } from './session.ts';
import { SessionKeeper } from './session-keeper.ts';
import { RESTARTED_SILENTLY } from './trouble.ts';
import { UsableGate } from './usable-gate.ts';

export function createModemDriver(deps: ModemDriverDeps): ModemDriver {
  return new Driver(deps);
}

/** One modem, from its port to the outcomes of its messages; see the room's README. */
class Driver implements ModemDriver {
  readonly id: ModemDriver['id'];
  readonly #deps: ModemDriverDeps;
  readonly #clock: Clock;
  readonly #limits: DriverLimits;
  readonly #facts: ModemFacts;
  readonly #radio: RadioWatch;
  readonly #late: LateWindow;
  readonly #health: SendHealth = new SendHealth();
  readonly #stopping: AbortController = new AbortController();
  readonly #gate: UsableGate;
  readonly #sessions: SessionKeeper;
  #running: Promise<void> = Promise.resolve();
  #sending: Promise<SendOutcome> | null = null;
  /** A USSD dialogue, or an order that must not meet an SMS. */
  #exclusive: Promise<unknown> | null = null;

  constructor(deps: ModemDriverDeps) {
    this.id = deps.config.id;
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#limits = { ...DEFAULT_LIMITS, ...deps.limits };
    this.#facts = newFacts(deps.config.port);
    this.#gate = new UsableGate(
      () => this.ready() && this.hold() === null,
      () => deps.onReady(),
    );
    this.#radio = new RadioWatch(deps.clock, this.#limits.debounceMs, () => this.#changed());
    this.#late = new LateWindow(deps.clock, deps.awaitLateResultMs, this.#limits.lateLeastMs, () =>
      this.#changed(),
    );
    this.#sessions = new SessionKeeper({
      driver: deps,
      limits: this.#limits,
      facts: this.#facts,
      radio: this.#radio,
      late: this.#late,
      onChange: () => this.#changed(),
    });
  }

  start(): void {
    this.#running = this.#sessions.run(this.#stopping.signal).catch((error: unknown) => {
      this.#deps.logger.error({ modem: this.id, err: error }, 'the modem driver stopped');
      this.#facts.state = 'failed';
      this.#changed();
    });
  }

  ready(): boolean {
    return (
      this.#sessions.current?.healthy === true && !this.#late.open && !this.#stopping.signal.aborted
    );
  }

  hold(): 'roaming' | 'not-registered' | null {
    if (!this.#radio.registered()) {
      return 'not-registered';
    }
    const roaming = this.#radio.registration() === 'roaming';
    return roaming && !this.#deps.config.roamingAllowed ? 'roaming' : null;
  }

  whenUsable(signal: AbortSignal): Promise<void> {
    return this.#gate.wait(signal);
  }

  iccid(): string | null {
    return this.#facts.sim.iccid;
  }

  hung(): boolean {
    return this.#sessions.hung;
  }

  snapshot(): DriverSnapshot {
    const answeredMs = this.#sessions.lastAnswerMs;
    return {
      ...describe(this.id, this.#facts),
      lastAnswerAgeSeconds:
        answeredMs === null ? null : Math.floor((this.#clock.monotonicMs() - answeredMs) / 1000),
      recovery: this.#sessions.recovery(),
      radio: this.#radio.snapshot(),
    };
  }

  async sendPart(
    part: { readonly pdu: string; readonly tpduLength: number },
    handOver: () => Promise<'committed' | 'gone'>,
  ): Promise<SendOutcome> {
    // A dialogue of a minute is no reason to give a message back.
    while (this.#exclusive !== null) {
      await this.#exclusive;
    }
    const session = this.#sessions.current;
    if (session === null || !this.ready() || this.#sending !== null) {
      return { kind: 'not-handed-over', code: 'modem-not-ready', bracketed: false };
    }
    const { profile } = this.#facts;
    const resultMs = this.#limits.resultMs ?? profile.longestSendMs;
    this.#sending = sendPart(part, handOver, {
      sendPdu: (request) => session.channel.sendPdu(request),
      promptMs: this.#limits.promptMs,
      resultMs,
      handOverMs: this.#limits.handOverMs,
      family: familyName(this.#facts) ?? profile.name,
      logger: this.#deps.logger,
      mustNotWrite: () => session.restartedSilently,
      onCtrlZ: () => this.#late.handedOver(resultMs),
    });
    try {
      const outcome = await this.#sending;
      this.#afterSend(outcome, session);
      return outcome;
    } finally {
      this.#sending = null;
    }
  }

  async execute(command: WorkerCommand): Promise<{ ok: boolean; detail: string }> {
    const session = this.#sessions.current;
    if (session === null) {
      return { ok: false, detail: 'The modem is not connected.' };
    }
    while (this.#exclusive !== null) {
      await this.#exclusive;
    }
    const order = this.#sendingEnds().then(() =>
      performOrder(command, {
        session,
        facts: this.#facts,
        radio: this.#radio,
        ledger: this.#deps.ledger,
        logger: this.#deps.logger,
      }),
    );
    this.#exclusive = order.catch(() => undefined);
    try {
      return await order;
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#exclusive = null;
      this.#changed();
    }
  }

  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort(new GatewayError('interrupted', 'stopping', { retry: 'safe' }));
      const bound = new AbortController();
      await Promise.race([
        this.#sendingEnds(),
        delay(this.#clock, this.#limits.stopMs, bound.signal).catch(() => undefined),
      ]);
      bound.abort();
      await this.#sessions.close();
      this.#late.stop();
      this.#radio.stop();
      this.#changed();
    }
    await this.#running;
  }

  #afterSend(outcome: SendOutcome, session: Session): void {
    if (session.restartedSilently) {
      session.fail(RESTARTED_SILENTLY);
    }
    if (outcome.kind !== 'unknown') {
      this.#late.answered();
    } else if (outcome.code === 'modem-reset-after-hand-over') {
      // The modem forgot the command: no answer to it will ever come.
      this.#late.close();
    } else if (session.channel.open) {
      // The longest time is over, or the modem answered: nothing more holds the next part back.
      this.#late.answered();
    }
    const good = this.#radio.registered() && this.#radio.signalGood();
    const trouble = this.#health.note(outcome, good);
    if (trouble !== null) {
      session.fail({ kind: 'sick', ...trouble });
    } else if (needsLook(outcome)) {
      session.suspect();
    }
    this.#changed();
  }

  async #sendingEnds(): Promise<void> {
    await this.#sending?.catch(() => undefined);
  }

  #changed(): void {
    this.#gate.changed();
    this.#deps.onChange();
  }
}
