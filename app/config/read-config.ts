import { existsSync, readFileSync } from 'node:fs';
import type { LoadedConfig } from './load.ts';

/** Where the configuration comes from. */
export interface ConfigOrigin {
  /** `--config`; null when it was not given. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Rejects for damaged files of `dataDir` too, instead of leaving them out. */
  readonly strict?: boolean;
}

/** Reads and checks the configuration of this machine. Rejects with `bad-config`. */
export async function readConfig(origin: ConfigOrigin): Promise<LoadedConfig> {
  const [{ loadConfig }, { loadTolerantly }] = await Promise.all([
    import('./load.ts'),
    import('./load-tolerantly.ts'),
  ]);
  const { strict = false, ...sources } = origin;
  return (strict ? loadConfig : loadTolerantly)({
    ...sources,
    readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  });
}
