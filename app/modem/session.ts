import { AtChannel } from '../at/at-channel.ts';
import type { Urc } from '../at/at-types.ts';
import type { CloseReport } from '../link/link.ts';
import { readUnsolicited } from './answers/unsolicited.ts';
import { bringUp } from './bring-up.ts';
import { InboundReader } from './inbound-reader.ts';
import { PulseJobs } from './pulse-jobs.ts';
import { PulseSchedule } from './pulse-schedule.ts';
import type { SessionDeps } from './session-deps.ts';
import { Suspicion } from './suspicion.ts';
import { Talk } from './talk.ts';
import { type Trouble, troubleOf, UNEXPLAINED } from './trouble.ts';
import { TroubleLatch } from './trouble-latch.ts';
import { UssdDialogue } from './ussd-dialogue.ts';
import { Waker } from './waker.ts';

/** One open link's life: bring-up, then the pulse, until some trouble ends it. */
export class Session {
  readonly channel: AtChannel;
  readonly talk: Talk;
  readonly #deps: SessionDeps;
  readonly #inbound: InboundReader;
  readonly #waker: Waker;
  readonly #latch: TroubleLatch = new TroubleLatch();
  readonly #suspicion: Suspicion;
  readonly #jobs: PulseJobs;
  #up = false;
  /** Echoes counted when bring-up ended; null when this modem echoes whatever it is told. */
  #echoes: number | null = null;
  #ussd: UssdDialogue | null = null;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#waker = new Waker(deps.clock);
    this.#suspicion = new Suspicion(deps.clock);
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
    this.#inbound = new InboundReader({
      talk: this.talk,
      facts: deps.facts,
      logger: deps.logger,
      claimInbound: () => deps.driver.claimInbound,
      onInbound: (received) => deps.driver.onInbound(received),
      onReport: (received) => deps.driver.onReport(received),
      generation: () => this.#latch.generation,
      onReceived: deps.onReceived,
    });
    this.#jobs = new PulseJobs({
      talk: this.talk,
      inbound: this.#inbound,
      facts: deps.facts,
      radio: deps.radio,
      logger: deps.logger,
      onChange: () => deps.driver.onChange(),
      fail: (trouble) => this.fail(trouble),
      restartedSilently: () => this.restartedSilently,
    });
  }

  /** Ends the present round with `trouble`; the first one counts, unless the link went after it. */
  fail(trouble: Trouble): void {
    if (this.#latch.set(trouble)) {
      this.#waker.wake();
      this.#deps.onHealth();
    }
  }

  /** Brings the modem up and keeps it; resolves with what ended that. May be called again. */
  async round(): Promise<Trouble> {
    if (!this.begin()) {
      return this.#latch.trouble ?? UNEXPLAINED;
    }
    try {
      const usable = await bringUp(
        { ...this.#deps, channel: this.channel, talk: this.talk },
        this.#latch.signal,
      );
      this.#suspicion.drop();
      const echoes = this.channel.faults.echoes;
      if (usable) {
        await this.#jobs.drain();
      } else {
        await this.talk.ask('AT', 2_000);
      }
      this.#echoes = echoes === this.channel.faults.echoes ? echoes : null;
      if (this.#latch.trouble === null) {
        this.#up = usable;
        this.#deps.onUp(usable);
        await this.#keep(usable);
      }
    } catch (error) {
      this.fail(troubleOf(error));
    }
    this.#up = false;
    return this.#latch.trouble ?? UNEXPLAINED;
  }

  /** Forgets the last trouble; false when the link is gone for good. */
  begin(): boolean {
    return this.#latch.release();
  }

  /** Nothing is wrong and nothing looks wrong: a part may be sent. */
  get healthy(): boolean {
    return this.#up && this.#latch.trouble === null && !this.#suspicion.open;
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
      leftMs > 0 && this.#latch.trouble === null;
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
      if (clock.monotonicMs() >= untilMs || this.#latch.final) {
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
    this.#suspicion.raise(quietMs);
    this.#waker.wake();
    this.#deps.onHealth();
  }

  /** The pulse: every job at its own slow rhythm, and at once when something is heard. */
  async #keep(usable: boolean): Promise<void> {
    const { clock, limits } = this.#deps;
    const schedule = new PulseSchedule(limits, usable, clock.monotonicMs());
    while (this.#latch.trouble === null) {
      if (this.#suspicion.open) {
        await this.pause(this.#suspicion.quietMs);
        this.#suspicion.waited();
        await this.#jobs.verify(usable);
        schedule.checkBy(this.#suspicion.looked());
        this.#deps.onHealth();
      } else {
        const due = schedule.next(clock.monotonicMs(), this.#inbound.waiting);
        await (due.job === 'wait' ? this.#waker.wait(due.forMs) : this.#jobs.perform(due.job));
      }
    }
  }

  #hear(urc: Urc): void {
    const heard = readUnsolicited(urc, this.#deps.facts.profile.noise);
    switch (heard.kind) {
      case 'stored':
        this.#inbound.announce(heard.index);
        this.#waker.wake();
        return;
      case 'direct':
        void this.#jobs
          .takeDirect(heard.pdu)
          .catch((error: unknown) => this.fail(troubleOf(error)));
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
        this.#inbound.announce(0);
        this.#deps.driver.onChange();
        return;
      case 'booted':
        this.fail({ kind: 'booted', reason: 'the modem restarted' });
        return;
      case 'sim-changed':
        if (this.#suspicion.heedsSigns) {
          this.suspect(this.#deps.limits.quietMs);
        }
        return;
      case 'noise':
      case 'other':
        return;
    }
  }
}
