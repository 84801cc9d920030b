import { existsSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../domain/gateway-error.ts';
import type { LoadedConfig } from './load.ts';

/** Where the configuration comes from, as far as a thread can be told. */
export interface ConfigOrigin {
  /** `--config`; null when it was not given. */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What the thread answers. */
export type ThreadReply =
  | { readonly loaded: LoadedConfig }
  | { readonly message: string; readonly problems: readonly string[] };

/** Reads and checks the configuration of this machine. Rejects with `bad-config`. */
export async function readConfig(origin: ConfigOrigin): Promise<LoadedConfig> {
  const { loadConfig } = await import('./load.ts');
  return loadConfig({
    ...origin,
    readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  });
}

/**
 * The same, on a thread that ends with it: the validator takes 11 MB, which a service would else
 * carry for the rest of its life.
 */
export function readConfigApart(origin: ConfigOrigin): Promise<LoadedConfig> {
  const workerData: ConfigOrigin = { file: origin.file, environment: { ...origin.environment } };
  const worker = new Worker(new URL('./load-thread.js', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    let reply: ThreadReply | null = null;
    worker.once('message', (message: ThreadReply) => {
      reply = message;
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      if (reply === null) {
        reject(
          new GatewayError('config-unread', 'the configuration could not be checked', {
            retry: 'later',
          }),
        );
      } else if ('loaded' in reply) {
        resolve(reply.loaded);
      } else {
        const { message, problems } = reply;
        reject(new GatewayError('bad-config', message, { retry: 'never', context: { problems } }));
      }
    });
  });
}
