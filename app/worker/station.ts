import type { Clock } from '../domain/clock.ts';
import type { ModemConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';
import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import type { WorkerCommand } from '../domain/worker-protocol.ts';
import type { ModemDriver, ModemDriverDeps } from '../modem/index.ts';
import type { OpenBracket, WorkerOutbox } from '../outbox/contract.ts';
import type { ConcatReferences } from './concat-references.ts';
import { Incoming } from './incoming.ts';
import { Lane } from './lane.ts';
import { OpenFates } from './open-fates.ts';
import { OperatorGuard } from './operator-guard.ts';
import { Pace } from './pace.ts';
import type { ReadyQueue } from './ready-queue.ts';
import { closeAsUnknown, momentOf } from './reconcile.ts';
import { Recorder } from './recorder.ts';
import { SendStats } from './send-stats.ts';
import { Sender } from './sender.ts';

export type MakeDriver = (
  deps: Pick<
    ModemDriverDeps,
    | 'config'
    | 'awaitLateResultMs'
    | 'onChange'
    | 'onInbound'
    | 'onReport'
    | 'onLateSent'
    | 'onReady'
  >,
) => ModemDriver;

export interface StationDeps {
  readonly config: ModemConfig;
  readonly outbox: WorkerOutbox;
  readonly queue: ReadyQueue;
  readonly references: ConcatReferences;
  readonly makeDriver: MakeDriver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxAttempts: number;
  /** How long a modem may take to answer for a part that an earlier process gave it. */
  readonly lateAnswerMs: number;
  /** Wall times of this modem's hand-overs in the last 24 hours. */
  readonly handOverTimesMs: readonly number[];
  /** Parts that an earlier process left with this modem. */
  readonly interrupted: readonly OpenBracket[];
  readonly onChange: () => void;
  readonly onBackOff: (waitUntilMs: number) => void;
}

/** Everything that belongs to one modem: its driver, its lane, its figures. */
export class Station {
  readonly driver: ModemDriver;
  readonly #deps: StationDeps;
  readonly #lane: Lane;
  readonly #recorder: Recorder;
  readonly #pace: Pace;
  readonly #guard = new OperatorGuard();
  readonly #stats = new SendStats();
  readonly #fates = new OpenFates();
  #interrupted: readonly OpenBracket[];

  constructor(deps: StationDeps) {
    const { config, outbox, clock, logger, queue } = deps;
    this.#deps = deps;
    this.#interrupted = deps.interrupted;
    this.#pace = new Pace(config, deps.handOverTimesMs);
    this.#recorder = new Recorder(clock, deps.onChange);
    const incoming = new Incoming({
      modem: config.id,
      outbox: {
        recordReport: (report) => this.#recorder.joinNext(() => outbox.recordReport(report)),
        storeInbound: (part) => this.#recorder.joinNext(() => outbox.storeInbound(part)),
      },
      iccid: () => this.driver.iccid(),
      clock,
      logger,
      onReceived: () => this.#stats.recordReceived(clock.nowMs()),
      onSettled: () => queue.nudge(),
      onReported: () => this.#followInterrupted(),
    });
    this.driver = deps.makeDriver({
      config,
      awaitLateResultMs: deps.interrupted.length > 0 ? deps.lateAnswerMs : 0,
      onChange: deps.onChange,
      onReady: deps.onChange,
      onInbound: (received) => incoming.sms(received),
      onReport: (received) => incoming.report(received),
      onLateSent: (reference) => this.#settleLate(reference),
    });
    const shared = {
      modem: config.id,
      driver: this.driver,
      recorder: this.#recorder,
      pace: this.#pace,
      guard: this.#guard,
      clock,
      logger,
    };
    const sender = new Sender({
      ...shared,
      outbox,
      stats: this.#stats,
      references: deps.references,
      fates: this.#fates,
      maxAttempts: deps.maxAttempts,
      onHandedOver: () => {
        queue.readAhead(config.id).catch((error: unknown) => {
          logger.warn({ modem: config.id, err: error }, 'the queue could not be read ahead');
        });
      },
      onBackOff: deps.onBackOff,
    });
    this.#lane = new Lane({ ...shared, queue, sender, onChange: deps.onChange });
    const last = deps.interrupted.at(-1);
    if (last !== undefined) {
      this.#fates.open(last);
    }
  }

  /** Brings the modem up and sends until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.driver.start();
    if (this.#interrupted.length > 0) {
      this.#deps.clock.schedule(this.#deps.lateAnswerMs, () => {
        void this.#giveUpInterrupted();
      });
    }
    await this.#lane.run(signal);
  }

  execute(command: WorkerCommand): Promise<{ readonly ok: boolean; readonly detail: string }> {
    return this.driver.execute(command);
  }

  snapshot(): ModemSnapshot {
    const { clock, config } = this.#deps;
    const nowMs = clock.nowMs();
    const capWaitMs = this.#pace.capWaitMs(nowMs);
    return {
      ...this.driver.snapshot(),
      sending: {
        ...this.#stats.figures(clock.monotonicMs()),
        ratePerMinute: config.ratePerMinute,
        dailyCap: config.dailyCap,
        sentToday: this.#pace.sentInDay(nowMs),
        capResetsAt: capWaitMs > 0 ? new Date(nowMs + capWaitMs).toISOString() : null,
        holding: this.#lane.holding(),
      },
    };
  }

  /** The modem answered for a part after we had given it up. */
  #settleLate(reference: number | null): void {
    const { clock, config, logger, outbox, queue } = this.#deps;
    const part = this.#fates.get(config.id);
    if (part === null) {
      logger.warn({ modem: config.id }, 'a late answer belongs to no known part');
      return;
    }
    this.#fates.close(config.id);
    this.#interrupted = this.#interrupted.filter(
      (bracket) => bracket.seq !== part.seq || bracket.part !== part.part,
    );
    this.#recorder.record(() => outbox.recordSent({ ...part, reference, at: momentOf(clock) }));
    this.#recorder.afterwards(() => {
      // The message's other parts may be ready now.
      queue.nudge();
      this.#requeue([part.seq]);
    });
    this.#stats.recordSent(null, clock.monotonicMs(), clock.nowMs());
    logger.info({ modem: config.id, reference }, 'a late answer settled a part as sent');
  }

  /** A message whose part an earlier process handed over is in no lane: its other parts wait for nobody. */
  #followInterrupted(): void {
    if (this.#interrupted.length > 0) {
      this.#requeue(this.#interrupted.map(({ seq }) => seq));
    }
  }

  /** Puts those back into the queue that have no part in the modem's hands any more. */
  #requeue(seqs: readonly number[]): void {
    const { clock, logger, outbox, queue } = this.#deps;
    outbox.requeueInterrupted(momentOf(clock), seqs).then(
      (requeued) => {
        if (requeued.length > 0) {
          this.#interrupted = this.#interrupted.filter(({ seq }) => !requeued.includes(seq));
          queue.nudge();
        }
      },
      (error: unknown) => {
        logger.error({ err: error }, 'an interrupted message could not be put back into the queue');
      },
    );
  }

  async #giveUpInterrupted(): Promise<void> {
    const { clock, logger, maxAttempts, outbox, onBackOff } = this.#deps;
    const brackets = this.#interrupted;
    this.#interrupted = [];
    for (const bracket of brackets) {
      try {
        const next = await closeAsUnknown(outbox, bracket, maxAttempts, clock);
        if (next.kind === 'resend') {
          onBackOff(next.waitUntilMs);
        }
      } catch (error) {
        logger.error({ messageId: bracket.id, err: error }, 'an open part could not be settled');
      }
    }
    this.#deps.onChange();
  }
}
