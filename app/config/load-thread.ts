import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError } from '../domain/gateway-error.ts';
import { type ConfigOrigin, readConfig, type ThreadReply } from './read-config.ts';

try {
  answer({ loaded: await readConfig(workerData as ConfigOrigin) });
} catch (error) {
  const problems = error instanceof GatewayError ? error.context['problems'] : null;
  if (!(error instanceof GatewayError) || !Array.isArray(problems)) {
    throw error;
  }
  answer({ message: error.message, problems });
}

function answer(reply: ThreadReply): void {
  parentPort?.postMessage(reply);
}
