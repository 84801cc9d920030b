import type { OutboxFailure } from '../outbox/contract.ts';
import { failure } from './command.ts';

/** A failed commit: long enough for people and monitors to see why, then a fresh start is tried. */
const FAILING_MS = 30_000;

/** A damaged database is served on, so that the pages can say so; the others need a new process. */
export async function endAfterFailure(reason: OutboxFailure): Promise<never> {
  if (reason === 'damaged') {
    await new Promise(() => {});
  }
  if (reason === 'failing') {
    await new Promise((resolve) => {
      setTimeout(resolve, FAILING_MS);
    });
  }
  throw failure('outbox-failed', `the outbox needs a new process: ${reason}`);
}
