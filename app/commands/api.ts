import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../domain/clock.ts';
import type { StatusFacts } from '../domain/conditions/facts.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { HttpService } from '../http/index.ts';
import { takeFromRescue } from '../local/rescue-door.ts';
import { openTrial } from '../local/trial.ts';
import { openWorkerLink } from '../local/worker-link.ts';
import {
  type ApiOutbox,
  type OutboxFailure,
  openApiOutbox,
  type Rebuilt,
  readRebuilt,
} from '../outbox/index.ts';
import { createStatus, LoopDelay, lastRestartReader, type TrafficCounts } from '../status/index.ts';
import { startApiProcesses } from './api-processes.ts';
import type { Command, CommandContext } from './command.ts';
import { databaseFile, prepareRunDir } from './database.ts';
import { startDatabaseCheck } from './database-check.ts';
import { watchFile, watchSocket } from './file-watch.ts';
import { heapPlan } from './heap-plan.ts';
import { openOrStandIn } from './open-database.ts';
import { endAfterFailure } from './outbox-failure.ts';
import { createProcessLogger, type ProcessLogger, tellSetAside } from './process-logger.ts';
import { Retention } from './retention.ts';
import { type RunningService, runService } from './service.ts';
import { lockDataDir } from './single-instance.ts';
import { markSuspect } from './suspect-database.ts';
import { processClock } from './test-hooks.ts';
import { boundYoungHeap } from './young-heap.ts';

/** Requests in flight end long before; this bounds a client that does not read its answer. */
const GRACE_MS = 10_000;

export const command: Command = {
  usage: '',
  options: {},
  words: [0, 0],
  examples: ['pisang api', 'PISANG_HTTP_LISTEN=127.0.0.1:8080 pisang api'],
  run: async (context) => {
    const { config, warnings, setAside } = await context.loadConfig();
    const logger = createProcessLogger('api', config.log.level);
    warnings.forEach((warning) => {
      logger.warn({}, warning);
    });
    tellSetAside(setAside, logger);
    return runService(context.environment, {
      graceMs: GRACE_MS,
      logger,
      start: () =>
        config.http.processes > 1 && cluster.isPrimary
          ? startApiProcesses(config, logger)
          : startApi(context, config, logger, setAside.length > 0),
    });
  },
};

async function startApi(
  context: CommandContext,
  config: GatewayConfig,
  logger: ProcessLogger,
  settingsDamaged: boolean,
): Promise<RunningService> {
  const { version } = context;
  const clock = processClock(context.environment);
  let onFailure: (reason: OutboxFailure) => void = () => {};
  const failed = new Promise<OutboxFailure>((resolve) => {
    onFailure = resolve;
  });
  const file = databaseFile(config);
  const open = (): Promise<ApiOutbox> =>
    openApiOutbox({
      file,
      clock,
      logger,
      maxDepth: config.queue.maxDepth,
      diskReserveBytes: config.queue.diskReserveBytes,
      onFailure: (reason) => {
        if (reason === 'damaged') {
          markSuspect(config, 'met while in use', logger);
        }
        onFailure(reason);
      },
    });
  // The processes of one API share its folder; their parent holds the lock.
  const lock = cluster.isPrimary ? await lockDataDir(config.dataDir, 'api') : null;
  // The writer's thread starts while this one reads the code of the server: seconds on the board.
  const [{ outbox, usableAgain }, { sharedPort, startHttp }] = await Promise.all([
    openOrStandIn(open, clock, logger),
    import('../http/index.ts'),
  ]);
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
    trial.onEnd(() => {
      stopRetention = new Retention({ outbox, clock, logger, retentionDays }).start();
    });
    const stopCheck = outbox.uncleanStop
      ? startDatabaseCheck(context.configFile, logger, (finding) => {
          markSuspect(config, finding, logger);
          outbox.markDamaged();
        })
      : () => {};
    return {
      stop: async (graceMs) => {
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
        failed.then(endAfterFailure),
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
