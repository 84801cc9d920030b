import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayConfig } from '../domain/config.ts';
import { failure } from './command.ts';

/** Path of the database; makes its folder where there is none. */
export function databaseFile(config: GatewayConfig): string {
  makeFolder(config.dataDir, 'dataDir', 0o750);
  return join(config.dataDir, 'pisang.db');
}

/** Makes `runDir` where there is none. */
export function prepareRunDir(config: GatewayConfig): string {
  makeFolder(config.runDir, 'runDir', 0o750);
  return config.runDir;
}

function makeFolder(path: string, field: string, mode: number): void {
  try {
    if (mkdirSync(path, { recursive: true, mode }) !== undefined) {
      chmodSync(path, mode);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw failure(
      'folder-unusable',
      `${field}: ${path} cannot be made (${code}); run as its owner, or set ${field}`,
      error,
    );
  }
}
