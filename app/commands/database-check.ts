import { spawn } from 'node:child_process';
import type { Logger } from '../domain/logger.ts';
import { PROGRAM } from '../program.ts';

/**
 * Looks through the database in a child of the lowest priority, after an unclean stop. `onDamage` is
 * called when it is not whole. The returned function gives up.
 */
export function startDatabaseCheck(
  configFile: string | null,
  logger: Logger,
  onDamage: (finding: string) => void,
): () => void {
  const config = configFile === null ? [] : ['--config', configFile];
  const child = spawn(process.execPath, [PROGRAM, ...config, 'doctor', '--database'], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  child.once('error', (error) => {
    logger.error({ error: error.message }, 'the database could not be checked');
  });
  child.once('close', (code, signal) => {
    if (code === 1) {
      logger.error({ finding: said.trim() }, 'the database is damaged, nothing more is accepted');
      onDamage(said.trim());
    } else {
      logger.info({ code, signal }, 'the database was checked after an unclean stop');
    }
  });
  return () => {
    child.kill('SIGKILL');
  };
}
