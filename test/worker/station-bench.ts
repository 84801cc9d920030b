import assert from 'node:assert/strict';
import type { ModemConfig } from '../../app/domain/config.ts';
import type { MessageId, ModemId } from '../../app/domain/ids.ts';
import type { ModemDriverDeps } from '../../app/modem/index.ts';
import type { OpenBracket, ReadyMessage } from '../../app/outbox/contract.ts';
import { ConcatReferences } from '../../app/worker/concat-references.ts';
import { ReadyQueue } from '../../app/worker/ready-queue.ts';
import { Station } from '../../app/worker/station.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeDriver } from '../support/fake-driver.ts';
import { FakeWorkerOutbox } from '../support/fake-worker-outbox.ts';

export const MODEM: ModemId = 'modem1' as ModemId;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
export const LONG_TEXT: string = 'a'.repeat(400);

/** The arguments of the outbox's verbs, all fields that these tests look at. */
export interface Noted {
  readonly seq: number;
  readonly part: number;
  readonly code: string;
  readonly reference: number | null;
  readonly lastReference: number | null;
  readonly concatReference: number | null;
  readonly spendsAttempt: boolean;
  readonly next: object;
  readonly at: object;
}

/** One station, its modem and its outbox faked, on a clock that the test moves. */
export class StationBench {
  readonly clock: FakeClock = new FakeClock();
  readonly outbox: FakeWorkerOutbox = new FakeWorkerOutbox();
  readonly driver: FakeDriver = new FakeDriver();
  readonly queue: ReadyQueue = new ReadyQueue(this.outbox, new Map());
  readonly stopping: AbortController = new AbortController();
  readonly backOffs: number[] = [];
  readonly startMs: number = this.clock.nowMs();
  /** What the station gave its driver to call; null before `start`. */
  fromDriver: Pick<ModemDriverDeps, 'onLateSent' | 'onReport' | 'onInbound'> | null = null;
  /** Resolves when the station has stopped. */
  running: Promise<void> | null = null;

  message(seq: number, changes: Partial<ReadyMessage> = {}): ReadyMessage {
    const text = changes.text ?? 'pesan';
    return {
      seq,
      id: `id-${seq}` as MessageId,
      to: `+62896107079${10 + seq}`,
      text,
      encoding: 'gsm7',
      segments:
        Math.ceil(text.length / 153) > 1 && text.length > 160 ? Math.ceil(text.length / 153) : 1,
      flash: false,
      deliveryReport: true,
      onUncertain: 'hold',
      priority: 'normal',
      modem: null,
      validitySeconds: null,
      accepted: {
        atMs: this.clock.nowMs(),
        bootId: this.clock.bootId,
        monotonicMs: this.clock.monotonicMs(),
      },
      attempts: 0,
      concatReference: null,
      parts: [],
      ...changes,
    };
  }

  start(config: Partial<ModemConfig> = {}, interrupted: readonly OpenBracket[] = []): Station {
    const station = new Station({
      config: {
        id: MODEM,
        port: 'tcp://127.0.0.1:1',
        pin: null,
        ratePerMinute: null,
        dailyCap: null,
        routes: [],
        roamingAllowed: false,
        balanceUssd: null,
        postpaid: false,
        ...config,
      },
      outbox: this.outbox,
      queue: this.queue,
      references: new ConcatReferences(() => Uint8Array.of(41)),
      makeDriver: (deps) => {
        this.fromDriver = deps;
        return this.driver;
      },
      clock: this.clock,
      logger: SILENT,
      maxAttempts: 5,
      lateAnswerMs: 60_000,
      handOverTimesMs: [],
      interrupted,
      onChange: () => undefined,
      onBackOff: (at) => this.backOffs.push(at - this.clock.nowMs()),
    });
    this.running = station.run(this.stopping.signal);
    return station;
  }

  /** Until nothing moves any more; takes 5 ms, since results linger so long for the next bracket. */
  async quiet(): Promise<void> {
    for (const ms of [0, 5]) {
      await this.clock.advance(ms);
      for (let i = 0; i < 20; i++) {
        await this.clock.advance(0);
      }
    }
  }

  argument(verb: string, index = 0): Noted {
    const found = this.outbox.calls.filter((call) => call.verb === verb)[index];
    assert.ok(found, `${verb} was not called`);
    return found.argument as Noted;
  }

  async end(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }
}
