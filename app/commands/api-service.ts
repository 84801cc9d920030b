import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { StatusFacts } from '../domain/conditions/facts.ts';
import type { GatewayConfig } from '../domain/config.ts';
import { type HttpService, sharedPort, startHttp } from '../http/index.ts';
import { takeFromRescue } from '../local/rescue-door.ts';
import { openTrial } from '../local/trial.ts';
import { openWorkerLink } from '../local/worker-link.ts';
import { type ApiOutbox, type OutboxFailure, type Rebuilt, readRebuilt } from '../outbox/index.ts';
import { createStatus, LoopDelay, lastRestartReader, type TrafficCounts } from '../status/index.ts';
import type { CommandContext } from './command.ts';
import { databaseFile, prepareRunDir } from './database.ts';
import { startDatabaseCheck } from './database-check.ts';
import { watchFile, watchSocket } from './file-watch.ts';
import { heapPlan } from './heap-plan.ts';
import type { OpenedOutbox } from './open-database.ts';
import { endAfterFailure } from './outbox-failure.ts';
import type { ProcessLogger } from './process-logger.ts';
import { Retention } from './retention.ts';
import type { RunningService } from './service.ts';
import { markSuspect } from './suspect-database.ts';
import { boundYoungHeap } from './young-heap.ts';

/** Tidying begins this long after serving: its timetable takes a second to set up on the board, in which people wait. */
const TIDY_AFTER_MS = 60_000;

export interface ServeApiOptions extends OpenedOutbox {
  readonly context: CommandContext;
  readonly config: GatewayConfig;
  readonly logger: ProcessLogger;
  readonly settingsDamaged: boolean;
  readonly clock: Clock;
  /** Of the data folder; null in a process that shares it with its siblings. */
  readonly lock: { release(): void } | null;
  /** Settles when the outbox can no longer be used. */
  readonly failed: Promise<OutboxFailure>;
}

/** Serves the API on an outbox that is open, or on what stands in for one. */
export async function serveApi(options: ServeApiOptions): Promise<RunningService> {
  const { context, config, logger, settingsDamaged, clock, lock, outbox, usableAgain } = options;
  const { version } = context;
  const file = databaseFile(config);
  const shared = sharedPort();
  if (outbox.health().state === 'damaged') {
    markSuspect(config, 'met while it was opened', logger);
  }
  const runDir = prepareRunDir(config);
  const localSocketPath = join(runDir, 'api.sock');
  const workerLink = openWorkerLink(join(runDir, 'worker.sock'), clock);
  const trial = openTrial(runDir, clock);
  const loopDelay = new LoopDelay(() => clock.monotonicMs());
  let http: HttpService | null = null;
  const lastRestart = lastRestartReader();
  const status = createStatus({
    outbox,
    workerLink,
    trial,
    config,
    clock,
    version,
    logger,
    past: {
      settingsDamaged,
      rebuilt: rebuiltFact(readRebuilt(config.dataDir), clock),
      get lastRestart() {
        return lastRestart();
      },
    },
    traffic: () => (http === null ? null : trafficCounts(http.counters, loopDelay)),
  });
  const closeRest = async (): Promise<void> => {
    trial.close();
    status.stop();
    loopDelay.stop();
    workerLink.close();
    await outbox.close();
    lock?.release();
  };
  try {
    await takeFromRescue(runDir);
    const serving = await startHttp({
      config,
      outbox,
      workerLink,
      trial,
      status,
      clock,
      random: randomBytes,
      logger,
      version,
      localSocketPath,
      ...(shared === undefined ? {} : { shared }),
    });
    http = serving;
    const { bytes, bytesPerConnection } = heapPlan(context.environment).apiYoungHeap;
    boundYoungHeap(() => bytes + serving.counters.connectionsOpen() * bytesPerConnection);
    status.start();
    const stopWatching = watchDatabase(file, outbox, clock, logger);
    const socket = shared === undefined ? watchSocket(localSocketPath, clock) : null;
    const { retentionDays } = config.queue;
    let stopRetention = (): void => {};
    const cancelTidying = clock.schedule(TIDY_AFTER_MS, () => {
      trial.onEnd(() => {
        stopRetention = new Retention({ outbox, clock, logger, retentionDays }).start();
      });
    });
    const stopCheck = outbox.uncleanStop
      ? startDatabaseCheck(context.configFile, logger, (finding) => {
          markSuspect(config, finding, logger);
          outbox.markDamaged();
        })
      : () => {};
    return {
      stop: async (graceMs) => {
        cancelTidying();
        stopWatching();
        socket?.stop();
        stopRetention();
        stopCheck();
        await serving.close(graceMs);
        await closeRest();
      },
      reload: async () => {
        logger.setLevel((await context.loadConfig()).config.log.level);
        serving.reload();
      },
      done: Promise.race([
        options.failed.then(endAfterFailure),
        usableAgain,
        ...(socket === null ? [] : [socket.gone]),
      ]),
      facts: { addresses: serving.addresses },
    };
  } catch (error) {
    await closeRest();
    throw error;
  }
}

/** A deleted database would take all that is still accepted with it. */
function watchDatabase(
  file: string,
  outbox: ApiOutbox,
  clock: Clock,
  logger: ProcessLogger,
): () => void {
  return watchFile(file, clock, () => {
    outbox.markMissing();
    logger.error(
      { file, rescue: `/proc/${process.pid}/fd` },
      'the database file was deleted or replaced while in use; nothing more is accepted. While this process runs, its files can be copied from the folder under "rescue"',
    );
  });
}

function rebuiltFact(rebuilt: Rebuilt | null, clock: Clock): StatusFacts['rebuilt'] {
  return rebuilt === null ? null : { ...rebuilt, thisBoot: rebuilt.bootId === clock.bootId };
}

function trafficCounts(counters: HttpService['counters'], loopDelay: LoopDelay): TrafficCounts {
  return {
    connectionsOpen: counters.connectionsOpen(),
    connectionsLimit: counters.connectionsLimit,
    requests: counters.requests,
    answers5xx: counters.answers[5] ?? 0,
    loopDelayP99Ms: loopDelay.p99Ms(),
  };
}
