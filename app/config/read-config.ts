import { existsSync, readFileSync } from 'node:fs';
import type { LoadedConfig } from './load.ts';

/** Where the configuration comes from. */
export interface ConfigOrigin {
  /** `--config`; null when it was not given. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Reads and checks the configuration of this machine. Rejects with `bad-config`. */
export async function readConfig(origin: ConfigOrigin): Promise<LoadedConfig> {
  const { loadConfig } = await import('./load.ts');
  return loadConfig({
    ...origin,
    readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  });
}
