import { parentPort } from 'node:worker_threads';
import type { FromWriter } from '../../app/outbox/group.ts';

/** A writer thread that says it is ready and dies with the first group in its hands. */
const ready: FromWriter = { type: 'ready', depth: 0, uncleanStop: false, trouble: null };
parentPort?.postMessage(ready);
parentPort?.once('message', () => {
  throw new Error('out of luck');
});
