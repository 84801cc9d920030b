import { type ChildProcess, spawn } from 'node:child_process';
import type { Logger } from '../domain/logger.ts';

/** Tells systemd how a service is; does nothing where there is no `NOTIFY_SOCKET`. */
export interface ServiceNotices {
  ready(): void;
  stopping(): void;
  /** Ends the watchdog messages. */
  close(): void;
}

/**
 * Node has no datagram sockets of the AF_UNIX family, so each message is sent by the
 * `systemd-notify` program; units need `NotifyAccess=all`. See docs/decisions.
 */
export function createServiceNotices(
  environment: Readonly<Record<string, string | undefined>>,
  logger: Logger,
  pid: number = process.pid,
): ServiceNotices {
  const socket = environment['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') {
    return { ready: () => {}, stopping: () => {}, close: () => {} };
  }
  let running: ChildProcess | null = null;
  const waiting: string[] = [];
  const next = (): void => {
    const message = waiting.shift();
    if (message === undefined) {
      running = null;
      return;
    }
    const child = spawn('systemd-notify', [message], {
      env: { NOTIFY_SOCKET: socket, PATH: environment['PATH'] },
      stdio: 'ignore',
    });
    running = child;
    child.once('error', (error) => {
      logger.warn({ error: error.message }, 'systemd-notify cannot be started');
      next();
    });
    child.once('exit', next);
    child.unref();
  };
  const say = (message: string): void => {
    if (waiting.at(-1) !== message) {
      waiting.push(message);
    }
    if (running === null) {
      next();
    }
  };
  const watchdog = startWatchdog(environment, pid, () => {
    say('WATCHDOG=1');
  });
  return {
    ready: () => {
      say('READY=1');
    },
    stopping: () => {
      say('STOPPING=1');
    },
    close: () => {
      clearInterval(watchdog);
    },
  };
}

/** Twice in each period systemd allows (sd_watchdog_enabled(3)), at most once a second. */
function startWatchdog(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
  beat: () => void,
): NodeJS.Timeout | undefined {
  const periodMs = Number(environment['WATCHDOG_USEC'] ?? 0) / 1000;
  const forPid = environment['WATCHDOG_PID'];
  if (!(periodMs > 0) || (forPid !== undefined && Number(forPid) !== pid)) {
    return undefined;
  }
  return setInterval(beat, Math.max(1000, periodMs / 2)).unref();
}
