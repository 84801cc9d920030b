import { destination, type Logger as PinoLogger, pino } from 'pino';
import type { LogConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';

export interface ProcessLogger extends Logger {
  setLevel(level: LogConfig['level']): void;
}

/** What may wait for a log that takes nothing more; later lines are dropped. */
const BACKLOG_BYTES = 1_048_576;

/**
 * JSON lines on stdout, written at once so that a crash loses none. `name` is the process. A log that
 * cannot be written (its disk is full, its reader is gone) costs lines, never the process.
 */
export function createProcessLogger(name: string, level: LogConfig['level']): ProcessLogger {
  const out = destination({ dest: 1, sync: true, maxLength: BACKLOG_BYTES });
  out.on('error', () => undefined);
  const logger: PinoLogger = pino(
    {
      level,
      base: { process: name, pid: process.pid },
      timestamp: isoTime,
      formatters: { level: levelWord },
    },
    out,
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    setLevel: (to) => {
      logger.level = to;
    },
  };
}

/** Files that the configuration goes on without: once in the log of each service. */
export function tellSetAside(setAside: readonly string[], logger: Logger): void {
  for (const fault of setAside) {
    logger.error({ fault }, 'a settings file is damaged or wrong and was left out');
  }
}

function isoTime(): string {
  return `,"time":"${new Date().toISOString()}"`;
}

function levelWord(label: string): object {
  return { level: label };
}
