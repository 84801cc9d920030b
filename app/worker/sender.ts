import { assertNever } from '../domain/assert-never.ts';
import type { Clock } from '../domain/clock.ts';
import type { ModemId } from '../domain/ids.ts';
import type { ModemDriver } from '../modem/index.ts';
import type { PartRef, ReadyMessage, WorkerOutbox } from '../outbox/contract.ts';
import type { ConcatReferences } from './concat-references.ts';
import type { OpenFates } from './open-fates.ts';
import type { OperatorGuard } from './operator-guard.ts';
import type { Pace } from './pace.ts';
import { type PartPdu, partPdus } from './part-pdus.ts';
import { momentOf } from './reconcile.ts';
import type { Recorder } from './recorder.ts';
import type { SendStats } from './send-stats.ts';
import { sleep } from './sleep.ts';
import { judge, type Verdict } from './verdict.ts';

export interface SenderDeps {
  readonly modem: ModemId;
  readonly driver: Pick<ModemDriver, 'sendPart' | 'iccid' | 'snapshot'>;
  readonly outbox: WorkerOutbox;
  readonly recorder: Recorder;
  readonly pace: Pace;
  readonly guard: OperatorGuard;
  readonly stats: SendStats;
  readonly references: ConcatReferences;
  readonly fates: OpenFates;
  readonly clock: Clock;
  readonly maxAttempts: number;
  /** A part is in the modem's hands: time to fetch the next message. */
  readonly onHandedOver: () => void;
  /** A message waits until then (wall milliseconds) for its next attempt. */
  readonly onBackOff: (waitUntilMs: number) => void;
}

/** What became of a message in this lane; `modem-trouble` asks the lane to pause. */
export type Ended = 'done' | 'back-in-queue' | 'modem-trouble';

/** Sends the parts of one message that are not out yet, and records what happened to each. */
export class Sender {
  readonly #deps: SenderDeps;
  #lastReference: number | null = null;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  async send(message: ReadyMessage, signal: AbortSignal): Promise<Ended> {
    const { clock, modem, outbox, pace, recorder, references } = this.#deps;
    if (isExpired(message, clock)) {
      recorder.record(() => outbox.expire(message.seq, momentOf(clock)));
      return 'done';
    }
    const concatReference =
      message.segments > 1 ? (message.concatReference ?? references.next(message.to)) : null;
    const unsent = partPdus(message, concatReference, clock.nowMs()).filter(
      ({ number }) => !isSent(message, number),
    );
    for (const [index, part] of unsent.entries()) {
      if (index > 0) {
        await sleep(clock, pace.waitMs(clock.monotonicMs(), clock.nowMs()), signal);
        if (signal.aborted) {
          const ref = { seq: message.seq, part: part.number, modem };
          recorder.record(() => outbox.takeBack(ref, momentOf(clock)));
          return 'back-in-queue';
        }
      }
      const ended = await this.#sendPart(message, part, concatReference);
      if (ended !== 'done') {
        return ended;
      }
    }
    return 'done';
  }

  async #sendPart(
    message: ReadyMessage,
    part: PartPdu,
    concatReference: number | null,
  ): Promise<Ended> {
    const { clock, driver, guard, modem } = this.#deps;
    const ref: PartRef = { seq: message.seq, part: part.number, modem };
    const outcome = await driver.sendPart(part, () => this.#handOver(ref, concatReference));
    const verdict = judge(outcome, {
      attempts: message.attempts,
      maxAttempts: this.#deps.maxAttempts,
      onUncertain: message.onUncertain,
      family: driver.snapshot().family,
      refusedAlone: (code) =>
        guard.recordRejection(message.seq, message.to, code, clock.monotonicMs()),
      nowMs: clock.nowMs(),
    });
    return this.#apply(message, ref, verdict, outcome.kind === 'sent' ? outcome.tookMs : null);
  }

  /** The bracket: on the disk before the modem gets the part's last octet. */
  async #handOver(ref: PartRef, concatReference: number | null): Promise<'committed' | 'gone'> {
    const { clock, driver, fates, outbox, pace, recorder } = this.#deps;
    recorder.flush();
    const earlierResults = recorder.settled();
    const committing = outbox.handOver({
      ...ref,
      iccid: driver.iccid(),
      concatReference,
      lastReference: this.#lastReference,
      at: momentOf(clock),
    });
    // An earlier result that could not be written stops this part too.
    const [committed] = await Promise.all([committing, earlierResults]);
    if (committed === 'committed') {
      pace.recordHandOver(clock.monotonicMs(), clock.nowMs());
      fates.open(ref);
      this.#deps.onHandedOver();
    }
    return committed;
  }

  #apply(message: ReadyMessage, ref: PartRef, verdict: Verdict, tookMs: number | null): Ended {
    const { clock, fates, guard, outbox, recorder, stats } = this.#deps;
    const at = momentOf(clock);
    if (verdict.kind !== 'uncertain') {
      fates.close(ref.modem);
    }
    switch (verdict.kind) {
      case 'sent':
        this.#lastReference = verdict.reference ?? this.#lastReference;
        stats.recordSent(tookMs, at.monotonicMs, at.atMs);
        guard.recordSuccess(message.seq, at.monotonicMs);
        recorder.recordSoon(() => outbox.recordSent({ ...ref, reference: verdict.reference, at }));
        return 'done';
      case 'gone':
        return 'done';
      case 'take-back':
        stats.recordFailure(verdict.code, false, at.monotonicMs);
        if (verdict.bracketed || ref.part > 1 || message.parts.length > 0) {
          recorder.record(() => outbox.takeBack(ref, at));
        }
        return 'modem-trouble';
      case 'refused':
        stats.recordFailure(verdict.error.code, false, at.monotonicMs);
        if (verdict.error.class !== 'number') {
          stats.recordRejection(message.to, verdict.error.code, at.monotonicMs);
        }
        recorder.record(() =>
          outbox.recordFailure({
            ...ref,
            code: verdict.error.code,
            spendsAttempt: verdict.spendsAttempt,
            next: verdict.next,
            at,
          }),
        );
        this.#noteBackOff(verdict.next);
        return verdict.error.class === 'modem' ? 'modem-trouble' : 'back-in-queue';
      case 'uncertain':
        stats.recordFailure(verdict.code, true, at.monotonicMs);
        recorder.record(() =>
          outbox.recordUncertain({ ...ref, code: verdict.code, next: verdict.next, at }),
        );
        this.#noteBackOff(verdict.next);
        return 'back-in-queue';
      default:
        return assertNever(verdict);
    }
  }

  #noteBackOff(next: Extract<Verdict, { next: unknown }>['next']): void {
    if ('waitUntilMs' in next) {
      this.#deps.onBackOff(next.waitUntilMs);
    }
  }
}

function isSent(message: ReadyMessage, number: number): boolean {
  return message.parts.some(
    (part) => part.number === number && part.status !== 'pending' && part.status !== 'failed',
  );
}

/** Past its validity by a clock that can be believed: wall time, or monotonic time of this boot. */
function isExpired(message: ReadyMessage, clock: Clock): boolean {
  const { accepted, validitySeconds } = message;
  if (validitySeconds === null) {
    return false;
  }
  const ageMs =
    accepted.bootId === clock.bootId
      ? clock.monotonicMs() - accepted.monotonicMs
      : clock.trusted()
        ? clock.nowMs() - accepted.atMs
        : 0;
  return ageMs >= validitySeconds * 1_000;
}
