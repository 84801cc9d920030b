import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';

const NAME = 'pisang.db.suspect';

/**
 * Leaves word for the next `pisang migrate` that the running API met damage: it looks through the
 * whole database then, which would take too long at each start.
 */
export function markSuspect(
  config: Pick<GatewayConfig, 'dataDir'>,
  finding: string,
  logger: Logger,
): void {
  try {
    writeFileSync(join(config.dataDir, NAME), `${finding}\n`, { flush: true, mode: 0o640 });
  } catch (error) {
    logger.warn({ error: String(error) }, 'damage could not be noted for the next start');
  }
}

/** What was noted, or null. */
export function readSuspicion(config: Pick<GatewayConfig, 'dataDir'>): string | null {
  try {
    return readFileSync(join(config.dataDir, NAME), 'utf8').trim();
  } catch {
    return null;
  }
}

export function clearSuspicion(config: Pick<GatewayConfig, 'dataDir'>): void {
  rmSync(join(config.dataDir, NAME), { force: true });
}
