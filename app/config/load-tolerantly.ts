import { GatewayError } from '../domain/gateway-error.ts';
import { type ConfigSources, type LoadedConfig, type LocalFile, loadConfig } from './load.ts';

/** What to leave out, the least first. */
const TRIES: readonly (readonly LocalFile[])[] = [
  ['config.json'],
  ['pins.json'],
  ['config.json', 'pins.json'],
];

/**
 * As `loadConfig`, but a file of `dataDir` that is damaged or wrong is left out as a whole, and
 * `setAside` says why: a box must not fall silent because of it. A fault of the main file or of the
 * environment still rejects, since a person made it and sees the answer.
 */
export function loadTolerantly(sources: ConfigSources): LoadedConfig {
  try {
    return loadConfig(sources);
  } catch (error) {
    const problems = error instanceof GatewayError ? error.context['problems'] : null;
    for (const without of TRIES) {
      try {
        return {
          ...loadConfig({ ...sources, without }),
          setAside: Array.isArray(problems) ? problems.map(String) : [],
        };
      } catch {
        // The next one leaves out more; the first error is the one to tell.
      }
    }
    throw error;
  }
}
