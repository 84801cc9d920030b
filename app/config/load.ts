import type { GatewayConfig } from '../domain/config.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import { crossFaults } from './cross-faults.ts';
import { type EnvironmentLayer, readEnvironment } from './environment.ts';
import { has, isObject, merge, withDefaults } from './layers.ts';
import { SCHEMA } from './schema.ts';
import { sentenceFor } from './sentences.ts';
import { findFaults } from './validate.ts';

const SYSTEM_FILE = '/etc/pisang/config.json';

export interface ConfigSources {
  /** `--config`; null when it was not given. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The file's text, or null when there is no such file. Other failures throw. */
  readonly readText: (path: string) => string | null;
  /** Files of `dataDir` that are treated as missing. */
  readonly without?: readonly LocalFile[];
}

/** What pages and provisioning change; it may be damaged without anybody having made a mistake. */
export type LocalFile = 'config.json' | 'pins.json';

export interface LoadedConfig {
  readonly config: GatewayConfig;
  /** The files that were read, the weakest first. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
  /** What is wrong with files of `dataDir` that were therefore left out (`load-tolerantly.ts`). */
  readonly setAside: readonly string[];
}

/**
 * Reads and checks the configuration: defaults, then the main file, then `dataDir/config.json` and
 * `dataDir/pins.json`, then the environment; the later wins. Throws `bad-config`, whose
 * `context.problems` has one line for each fault and whose message is the first of them.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const named = sources.file ?? sources.environment['PISANG_CONFIG'] ?? null;
  const mainFile = named === null || named === '' ? SYSTEM_FILE : named;
  const main = readLayer(sources, mainFile);
  if (main === null && mainFile !== SYSTEM_FILE) {
    throw badConfig([
      `${sources.file === null ? 'PISANG_CONFIG' : '--config'}: there is no file ${mainFile}`,
    ]);
  }
  const wanted = sources.environment['PISANG_DATA_DIR'] ?? main?.['dataDir'];
  const dataDir = typeof wanted === 'string' ? wanted : (SCHEMA.dataDir.default ?? '');
  const localFile = `${dataDir}/config.json`;
  const pinFile = `${dataDir}/pins.json`;
  const without = sources.without ?? [];
  const skip = localFile === mainFile || without.includes('config.json');
  const local = skip ? null : readLayer(sources, localFile);
  if (local !== null && has(local, 'dataDir')) {
    throw badConfig([`dataDir: cannot be set in ${localFile}, which lies in that folder`]);
  }
  const pins = without.includes('pins.json') ? null : readLayer(sources, pinFile);
  const fromFiles = merge(merge({ modems: SCHEMA.modems.default }, main ?? {}), local ?? {});
  const environment = readEnvironment(sources.environment, countModems(fromFiles));
  const layered = withPins(merge(fromFiles, environment.values), pins ?? {});
  const value = withDefaults(SCHEMA, withUnlimitedSimulators(layered));
  const originOf = originIn(environment, [
    [local, localFile],
    [main, mainFile],
  ]);
  const problems = findFaults(value).map((fault) => sentenceFor(fault, value, originOf));
  if (problems.length > 0) {
    throw badConfig(problems);
  }
  const config = value as GatewayConfig;
  const conflicts = crossFaults(config, Object.keys(pins ?? {}));
  if (conflicts.length > 0) {
    throw badConfig(conflicts);
  }
  return {
    config: deepFreeze(config),
    files: [
      ...(main === null ? [] : [mainFile]),
      ...(local === null ? [] : [localFile]),
      ...(pins === null ? [] : [pinFile]),
    ],
    warnings: environment.warnings,
    setAside: [],
  };
}

function badConfig(problems: readonly string[]): GatewayError {
  return new GatewayError('bad-config', problems[0] ?? 'the configuration is wrong', {
    retry: 'never',
    context: { problems },
  });
}

function readLayer(sources: ConfigSources, path: string): Record<string, unknown> | null {
  let text: string | null;
  try {
    text = sources.readText(path);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw badConfig([`${path}: cannot be read (${reason})`]);
  }
  if (text === null) {
    return null;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badConfig([`${path}: is not JSON${lineOf(text, error)}`]);
  }
  if (!isObject(value)) {
    throw badConfig([`${path}: must hold one JSON object`]);
  }
  return value;
}

/** Only the place: the parser's own words may quote a secret. */
function lineOf(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  return `; look at line ${before.split('\n').length}`;
}

function countModems(value: unknown): number {
  const modems = isObject(value) ? value['modems'] : null;
  return Array.isArray(modems) ? Math.min(modems.length, 32) : 0;
}

function mapModems(
  value: unknown,
  change: (modem: Record<string, unknown>) => Record<string, unknown>,
): unknown {
  if (!isObject(value) || !Array.isArray(value['modems'])) {
    return value;
  }
  const modems = value['modems'].map((modem: unknown) => (isObject(modem) ? change(modem) : modem));
  return { ...value, modems };
}

function withPins(value: unknown, pins: Record<string, unknown>): unknown {
  return mapModems(value, (modem) => {
    const id = modem['id'];
    return typeof id === 'string' && Object.hasOwn(pins, id) ? { ...modem, pin: pins[id] } : modem;
  });
}

function withUnlimitedSimulators(value: unknown): unknown {
  return mapModems(value, (modem) =>
    modem['port'] === 'sim:' ? { ratePerMinute: null, ...modem } : modem,
  );
}

function originIn(
  environment: EnvironmentLayer,
  files: readonly (readonly [unknown, string])[],
): (path: string) => string {
  return (path) => {
    const field = path.replace(/\[\d+\]$/, '');
    const name = environment.names.get(path) ?? environment.names.get(field);
    if (name !== undefined) {
      return ` (from ${name})`;
    }
    const file = files.find(([layer]) => has(layer, path) || (path !== field && has(layer, field)));
    return file === undefined ? '' : ` (in ${file[1]})`;
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
