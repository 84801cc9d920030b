import cluster from 'node:cluster';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import { exitCodeOf } from './command.ts';
import { createServiceNotices } from './service-notices.ts';
import { firstStopSignal } from './stop-signals.ts';

/** What a started room hands back. */
export interface RunningService {
  /** Finishes what was begun, at most for `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** On SIGHUP. */
  reload?: () => void | Promise<void>;
  /** Settles if the service ends by itself; that is a failure. */
  readonly done?: Promise<unknown>;
  /** For the supervisor, such as the port that was chosen. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** What a child tells its supervisor over the IPC channel. */
export type ChildNotice =
  | { readonly type: 'ready'; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly type: 'failed'; readonly code: string; readonly sentence: string };

export function isChildNotice(message: unknown): message is ChildNotice {
  const type = typeof message === 'object' && message !== null && 'type' in message && message.type;
  return type === 'ready' || type === 'failed';
}

interface ServiceOptions {
  readonly graceMs: number;
  readonly logger: Logger;
  readonly start: () => Promise<RunningService>;
}

/** How long a stop may exceed its grace before the process leaves anyway. */
const STOP_MARGIN_MS = 5_000;

/**
 * Runs one service until it is told to stop: SIGTERM or SIGINT stop it, a second one ends the
 * process at once with 130 or 143, SIGHUP reloads. A lost supervisor ends it at once, too. Resolves
 * with the exit code.
 */
export async function runService(
  environment: Readonly<Record<string, string | undefined>>,
  options: ServiceOptions,
): Promise<number> {
  const { logger } = options;
  leaveWithSupervisor();
  const notices = createServiceNotices(cluster.isWorker ? {} : environment, logger);
  const stopAsked = firstStopSignal();
  process.on('uncaughtException', (error) => {
    logger.error({ error: error.stack }, 'unexpected error, leaving');
    process.exit(1);
  });
  let service: RunningService | null = null;
  // Heard from the first moment on: without a handler a SIGHUP would end the process.
  let reloadWhenStarted = false;
  const reload = (): void => {
    reloadWhenStarted = service === null;
    void Promise.resolve(service?.reload?.()).catch((error: unknown) => {
      logger.error({ error: String(error) }, 'reload failed, the old settings stay');
    });
  };
  process.on('SIGHUP', reload);
  try {
    service = await options.start();
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    const told = await tell({
      type: 'failed',
      code: error instanceof GatewayError ? error.code : 'internal',
      sentence,
    });
    leaveSoon();
    if (told && error instanceof GatewayError) {
      // The supervisor says it, on the same terminal.
      return exitCodeOf(error);
    }
    throw error;
  }
  if (reloadWhenStarted) {
    reload();
  }
  await tell({ type: 'ready', facts: service.facts ?? {} });
  notices.ready();
  const cause = await Promise.race([
    stopAsked,
    (service.done ?? never()).then(
      () => null,
      (error: unknown) => {
        logger.error({ error: String(error) }, 'the service ended by itself');
        return null;
      },
    ),
  ]);
  notices.close();
  notices.stopping();
  logger.info({ cause: cause ?? 'ended' }, 'stopping');
  await stopWithin(service, options.graceMs, logger);
  logger.info({}, 'stopped');
  leaveSoon();
  return cause === null ? 1 : 0;
}

async function stopWithin(service: RunningService, graceMs: number, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, graceMs + STOP_MARGIN_MS, 'late');
  });
  try {
    if ((await Promise.race([service.stop(graceMs), late])) === 'late') {
      logger.warn({ graceMs }, 'stopping took too long, leaving anyway');
    }
  } catch (error) {
    logger.error({ error: String(error) }, 'stopping failed, leaving anyway');
  } finally {
    clearTimeout(timer);
  }
}

/** A child whose supervisor is gone would be a second worker beside the next one. */
function leaveWithSupervisor(): void {
  if (process.send !== undefined) {
    process.once('disconnect', () => process.exit(1));
  }
}

/** Resolves with whether there is a supervisor that heard it. */
function tell(notice: ChildNotice): Promise<boolean> {
  return new Promise((resolve) => {
    // The lines of a cluster child are its own parent's, which is no supervisor.
    if (process.send === undefined || !process.connected || cluster.isWorker) {
      resolve(false);
    } else {
      process.send(notice, undefined, undefined, (error) => {
        resolve(error === null);
      });
    }
  });
}

/** Handles that a library left open must not keep a stopped process. */
function leaveSoon(): void {
  setTimeout(() => process.exit(), 500).unref();
  if (process.connected) {
    process.removeAllListeners('disconnect');
    process.disconnect();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
