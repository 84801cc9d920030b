import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { ModemId } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type { Random } from '../domain/random.ts';
import type { WorkerSnapshot } from '../domain/worker-protocol.ts';
import { NO_TRIAL, type Trial } from '../local/trial.ts';
import type { WorkerOutbox } from '../outbox/contract.ts';
import { Announcer } from './announcer.ts';
import { ConcatReferences } from './concat-references.ts';
import { ReadyQueue } from './ready-queue.ts';
import { momentOf, reconcile } from './reconcile.ts';
import { sleep } from './sleep.ts';
import { type MakeDriver, Station } from './station.ts';
import { Waker } from './waker.ts';

export { pinLedger } from './pin-ledger.ts';
export type { MakeDriver } from './station.ts';

const DAY_MS = 24 * 3_600_000;
const PARTIAL_CHECK_MS = 10 * 60_000;
/** A received message whose missing parts do not come is handed out without them. */
const PARTIAL_AFTER_MS = DAY_MS;
/** How long the part in the air may take when the worker is told to stop. */
const STOP_GRACE_MS = 75_000;

export interface WorkerDeps {
  readonly config: Pick<GatewayConfig, 'modems' | 'queue' | 'runDir'>;
  readonly outbox: WorkerOutbox;
  readonly makeDriver: MakeDriver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  /** While it lasts nothing is claimed and no message's state moves with time. */
  readonly trial?: Trial;
  readonly random?: Random;
}

export interface Worker {
  /** Stops claiming, lets parts in the air end, closes modems, socket and outbox. Idempotent. */
  stop(graceMs?: number): Promise<void>;
  /** Resolves when a modem's port hangs and only a new process helps; else never. */
  readonly hung: Promise<ModemId>;
}

/**
 * The modem worker: reconciles what an earlier process left, then runs one lane per modem on the
 * shared queue until stopped.
 */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const { config, outbox, clock, logger, trial = NO_TRIAL } = deps;
  const modems = config.modems.map(({ id }) => id);
  const { maxAttempts, lateAnswerSeconds } = config.queue;
  const stopping = new AbortController();
  const interrupted = await reconcile(outbox, modems, maxAttempts, clock, logger);
  const queue = new ReadyQueue(
    outbox,
    new Map(config.modems.map(({ id, routes }) => [id, routes])),
    trial.active(),
  );
  const waker = new Waker({ outbox, clock, logger, onWoken: () => queue.nudge() });
  const references = new ConcatReferences(deps.random ?? randomBytes);
  const startedAt = new Date(clock.nowMs()).toISOString();
  let announcer: Announcer | null = null;
  const stations = new Map<ModemId, Station>();
  let reportHung: (modem: ModemId) => void = () => undefined;
  const hung = new Promise<ModemId>((resolve) => {
    reportHung = resolve;
  });
  const onChange = (): void => {
    announcer?.changed();
    const stuck = [...stations].find(([, station]) => station.driver.hung());
    if (stuck !== undefined) {
      reportHung(stuck[0]);
    }
  };

  for (const modem of config.modems) {
    stations.set(
      modem.id,
      new Station({
        config: modem,
        outbox,
        queue,
        references,
        makeDriver: deps.makeDriver,
        clock,
        logger,
        maxAttempts,
        lateAnswerMs: lateAnswerSeconds * 1_000,
        handOverTimesMs: await outbox.handOverTimes(modem.id, clock.nowMs() - DAY_MS),
        interrupted: interrupted.openByModem.get(modem.id) ?? [],
        onChange,
        onBackOff: (waitUntilMs) => trial.onEnd(() => waker.noteDue(waitUntilMs)),
      }),
    );
  }
  announcer = await Announcer.start({
    path: join(config.runDir, 'worker.sock'),
    clock,
    logger,
    snapshot: (): WorkerSnapshot => ({
      pid: process.pid,
      startedAt,
      version: deps.version,
      modems: [...stations.values()].map((station) => station.snapshot()),
      storage: storageWord(outbox),
    }),
    onNudge: () => {
      queue.nudge();
      trial.onEnd(() => waker.poke());
    },
    onCommand: async (modem, command) =>
      (await stations.get(modem)?.execute(command)) ?? {
        ok: false,
        detail: `No modem is named ${modem}.`,
      },
  });
  if (trial.active()) {
    logger.warn({}, 'on trial after an update: nothing is sent until the system is marked good');
  }
  trial.onEnd(() => {
    queue.open();
    waker.poke();
  });
  const cancelPartials = every(clock, PARTIAL_CHECK_MS, async () => {
    if (trial.active()) {
      return;
    }
    const released = await outbox
      .releasePartialInbound(clock.nowMs() - PARTIAL_AFTER_MS, momentOf(clock))
      .catch(() => 0);
    if (released > 0) {
      logger.warn({ released }, 'received messages were handed out with parts missing');
    }
  });
  const lanes = [...stations.values()].map((station) => station.run(stopping.signal));
  let stopped: Promise<void> | null = null;
  const stop = async (graceMs: number): Promise<void> => {
    stopping.abort();
    trial.close();
    waker.stop();
    cancelPartials();
    const inTime = new AbortController();
    await Promise.race([
      Promise.all(lanes).then(() => inTime.abort()),
      sleep(clock, graceMs, inTime.signal),
    ]);
    await Promise.all([...stations.values()].map((station) => station.driver.stop()));
    await announcer?.close();
    await outbox.close();
  };
  return {
    hung,
    stop: (graceMs = STOP_GRACE_MS) => {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

/** Runs `action` again and again until the returned function is called. */
function every(clock: Clock, periodMs: number, action: () => Promise<void>): () => void {
  let cancel: () => void = () => undefined;
  const arm = (): void => {
    cancel = clock.schedule(periodMs, () => {
      void action().finally(arm);
    });
  };
  arm();
  return () => cancel();
}

function storageWord(outbox: WorkerOutbox): WorkerSnapshot['storage'] {
  const { state } = outbox.health();
  return state === 'ok' || state === 'full' || state === 'read-only' ? state : 'failing';
}
