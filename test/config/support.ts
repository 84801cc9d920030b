import assert from 'node:assert/strict';
import { type LoadedConfig, loadConfig } from '../../app/config/load.ts';
import { GatewayError } from '../../app/domain/gateway-error.ts';

/** The main file. */
export const SYSTEM = '/etc/pisang/config.json';

/** Loads with these files in place; a content that is no string is written as JSON. */
export function load(
  files: Record<string, unknown>,
  environment: Record<string, string> = {},
  file: string | null = null,
): LoadedConfig {
  return loadConfig({
    file,
    environment,
    readText: (path) => {
      const content = files[path];
      return content === undefined
        ? null
        : typeof content === 'string'
          ? content
          : JSON.stringify(content);
    },
  });
}

/** What the refusal of a configuration says, sentence by sentence. */
export function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof GatewayError && error.code === 'bad-config', String(error));
    assert.equal(error.message, (error.context['problems'] as string[])[0]);
    return error.context['problems'] as string[];
  }
  assert.fail('the configuration was accepted');
}
