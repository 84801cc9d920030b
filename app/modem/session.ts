import { AtChannel } from '../at/at-channel.ts';
import type { Urc } from '../at/at-types.ts';
import { assertNever } from '../domain/assert-never.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { CloseReport } from '../link/link.ts';
import { readUnsolicited } from './answers/unsolicited.ts';
import { bringUp, readOperator } from './bring-up.ts';
import { InboundReader } from './inbound-reader.ts';
import { type Due, PulseSchedule } from './pulse-schedule.ts';
import type { SessionDeps } from './session-deps.ts';
import { simMoved, whatChanged } from './still-holds.ts';
import { Talk } from './talk.ts';
import { isModemError, type Trouble, troubleOf, UNEXPLAINED } from './trouble.ts';
import { UssdDialogue } from './ussd-dialogue.ts';
import { Waker } from './waker.ts';

/** After a look that found all well, signs of a restart wait so long for the next one. */
const SIGN_REST_MS = 10_000;
const OTHER_STORES = ['ME', 'SM'];

/** One open link's life: bring-up, then the pulse, until some trouble ends it. */
export class Session {
  readonly channel: AtChannel;
  readonly talk: Talk;
  readonly inbound: InboundReader;
  readonly #deps: SessionDeps;
  readonly #waker: Waker;
  #trouble: Trouble | null = null;
  #onTrouble: AbortController = new AbortController();
  #generation = 0;
  #suspicious = false;
  #quietMs = 0;
  #verifiedMs = Number.NEGATIVE_INFINITY;
  #up = false;
  /** Echoes counted when bring-up ended; null when this modem echoes whatever it is told. */
  #echoes: number | null = null;
  #ussd: UssdDialogue | null = null;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#waker = new Waker(deps.clock);
    this.channel = new AtChannel(deps.link, {
      clock: deps.clock,
      logger: deps.logger,
      onUrc: (urc) => this.#hear(urc),
      onLateResult: (late) => deps.onLate(late),
      onClose: (error) =>
        this.fail(
          error === null
            ? { kind: 'stopped', reason: 'the port was closed' }
            : { kind: 'link-lost', reason: error.message },
        ),
    });
    this.talk = new Talk(this.channel, deps.onAnswer);
    this.inbound = new InboundReader({
      talk: this.talk,
      facts: deps.facts,
      logger: deps.logger,
      claimInbound: () => deps.driver.claimInbound,
      onInbound: (received) => deps.driver.onInbound(received),
      onReport: (received) => deps.driver.onReport(received),
      generation: () => this.#generation,
      onReceived: deps.onReceived,
    });
  }

  /** Ends the present round with `trouble`; the first one counts, unless the link went after it. */
  fail(trouble: Trouble): void {
    const final = trouble.kind === 'link-lost' || trouble.kind === 'stopped';
    if (this.#trouble === null || (final && !this.#isOver())) {
      this.#trouble = trouble;
      this.#generation++;
      this.#onTrouble.abort(new GatewayError('interrupted', trouble.reason, { retry: 'safe' }));
      this.#waker.wake();
      this.#deps.onHealth();
    }
  }

  /** Brings the modem up and keeps it; resolves with what ended that. May be called again. */
  async round(): Promise<Trouble> {
    if (!this.begin()) {
      return this.#trouble ?? UNEXPLAINED;
    }
    try {
      const usable = await bringUp(
        { ...this.#deps, channel: this.channel, talk: this.talk },
        this.#onTrouble.signal,
      );
      this.#suspicious = false;
      const echoes = this.channel.faults.echoes;
      if (usable) {
        await this.#drain();
      } else {
        await this.talk.ask('AT', 2_000);
      }
      this.#echoes = echoes === this.channel.faults.echoes ? echoes : null;
      if (this.#trouble === null) {
        this.#up = usable;
        this.#deps.onUp(usable);
        await this.#keep(usable);
      }
    } catch (error) {
      this.fail(troubleOf(error));
    }
    this.#up = false;
    return this.#trouble ?? UNEXPLAINED;
  }

  /** Forgets the last trouble; false when the link is gone for good. */
  begin(): boolean {
    if (this.#isOver()) {
      return false;
    }
    this.#trouble = null;
    this.#onTrouble = new AbortController();
    return true;
  }

  /** Nothing is wrong and nothing looks wrong: a part may be sent. */
  get healthy(): boolean {
    return this.#up && this.#trouble === null && !this.#suspicious;
  }

  /**
   * The modem echoes again though it was told not to: it restarted without saying so. Then it may be in
   * text mode, where it would take the digits of a PDU for a number and a text.
   */
  get restartedSilently(): boolean {
    return this.#echoes !== null && this.channel.faults.echoes !== this.#echoes;
  }

  /** Waits; ends early when the modem says that it restarted, or the link ends. */
  async pause(ms: number): Promise<void> {
    const untilMs = this.#deps.clock.monotonicMs() + ms;
    for (
      let leftMs = ms;
      leftMs > 0 && this.#trouble === null;
      leftMs = untilMs - this.#deps.clock.monotonicMs()
    ) {
      await this.#waker.wait(leftMs);
    }
  }

  /** Bounded in time. */
  close(): Promise<CloseReport> {
    this.fail({ kind: 'stopped', reason: 'the port was closed' });
    return this.channel.close();
  }

  /** Whether the modem answers `AT` before `timeoutMs` is over. */
  async answersWithin(timeoutMs: number): Promise<boolean> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + timeoutMs;
    for (;;) {
      if (await this.channel.resync()) {
        this.#deps.onAnswer();
        return true;
      }
      if (clock.monotonicMs() >= untilMs || this.#isOver()) {
        return false;
      }
      await this.#waker.wait(1_000);
    }
  }

  /** Asks the network a USSD question; null when it said nothing. */
  async ussd(code: string): Promise<string | null> {
    this.#ussd = new UssdDialogue(this.talk, this.#deps.facts.profile, this.#deps.clock);
    try {
      return await this.#ussd.ask(code, this.#deps.limits.ussdMs);
    } finally {
      this.#ussd = null;
    }
  }

  /** Looks whether settings and SIM are still what they were, after the modem said its say. */
  suspect(quietMs: number = 0): void {
    this.#suspicious = true;
    this.#quietMs = Math.max(this.#quietMs, quietMs);
    this.#waker.wake();
    this.#deps.onHealth();
  }

  #isOver(): boolean {
    return this.#trouble?.kind === 'link-lost' || this.#trouble?.kind === 'stopped';
  }

  /** What came in while nobody listened. A failing outbox must not keep the modem from sending. */
  async #drain(): Promise<void> {
    await this.#tolerant(async () => {
      await this.inbound.readOtherStores(OTHER_STORES);
      await this.inbound.readAll();
    });
  }

  /** The pulse: every job at its own slow rhythm, and at once when something is heard. */
  async #keep(usable: boolean): Promise<void> {
    const { clock, limits } = this.#deps;
    const schedule = new PulseSchedule(limits, usable, clock.monotonicMs());
    while (this.#trouble === null) {
      if (this.#suspicious) {
        await this.pause(this.#quietMs);
        this.#quietMs = 0;
        await this.#verify(usable);
        this.#verifiedMs = clock.monotonicMs();
        schedule.checkBy(this.#verifiedMs + SIGN_REST_MS);
        this.#suspicious = false;
        this.#deps.onHealth();
      } else {
        await this.#perform(schedule.next(clock.monotonicMs(), this.inbound.waiting));
      }
    }
  }

  async #perform(due: Due): Promise<void> {
    switch (due.job) {
      case 'sim':
        if (await simMoved(this.talk, this.#deps.facts)) {
          this.fail({ kind: 'sim-changed', reason: 'the SIM changed' });
        }
        return;
      case 'inbound':
        return this.#tolerant(() => this.inbound.readAnnounced());
      case 'pulse':
        return this.#readRadio();
      case 'poll':
        return this.#tolerant(() => this.inbound.readAll());
      case 'check':
        await this.#verify(true);
        await readOperator(this.talk, this.#deps.radio);
        return this.#tolerant(() => this.inbound.readOtherStores(OTHER_STORES));
      case 'wait':
        return this.#waker.wait(due.forMs);
      default:
        return assertNever(due);
    }
  }

  async #readRadio(): Promise<void> {
    const { radio, facts, driver } = this.#deps;
    await radio.readRegistration(this.talk, facts.domains);
    await radio.readSignal(this.talk);
    if (radio.operatorMissing) {
      await readOperator(this.talk, radio);
    }
    driver.onChange();
    if (this.restartedSilently) {
      this.fail({ kind: 'booted', reason: 'the modem restarted without a word' });
    }
  }

  /** Other programs, resets and a missed acknowledgement undo settings without a word. */
  async #verify(usable: boolean): Promise<void> {
    const changed = await whatChanged(this.talk, this.#deps.facts, usable);
    if (changed !== null) {
      this.#deps.logger.warn({ changed }, 'the modem is not as it was left; bringing it up again');
      this.fail({ kind: 'sim-changed', reason: `changed: ${changed}` });
    }
  }

  #hear(urc: Urc): void {
    const heard = readUnsolicited(urc, this.#deps.facts.profile.noise);
    switch (heard.kind) {
      case 'stored':
        this.inbound.announce(heard.index);
        this.#waker.wake();
        return;
      case 'direct':
        void this.#tolerant(() => this.inbound.takeDirect(heard.pdu)).catch((error: unknown) =>
          this.fail(troubleOf(error)),
        );
        return;
      case 'registration':
        this.#deps.radio.noteRegistration(heard.reading);
        return;
      case 'signal':
        this.#deps.radio.noteSignal(heard.reading);
        return;
      case 'ussd':
        this.#ussd?.hear(heard.line);
        return;
      case 'store-full':
        this.#deps.facts.sim.storageUsed = this.#deps.facts.sim.storageTotal;
        this.inbound.announce(0);
        this.#deps.driver.onChange();
        return;
      case 'booted':
        this.fail({ kind: 'booted', reason: 'the modem restarted' });
        return;
      case 'sim-changed':
        this.#hearSign();
        return;
      case 'noise':
      case 'other':
        return;
    }
  }

  /** Some modems repeat such lines for ever: one look in ten seconds may hold sending back. */
  #hearSign(): void {
    if (this.#deps.clock.monotonicMs() - this.#verifiedMs >= SIGN_REST_MS) {
      this.suspect(this.#deps.limits.quietMs);
    }
  }

  /** Errors of the outbox are not the modem's: they are logged, and the next look tries again. */
  async #tolerant(job: () => Promise<void>): Promise<void> {
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
