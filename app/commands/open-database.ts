import { type Clock, delay } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import { type ApiOutbox, closedOutbox, stateOfOpening } from '../outbox/index.ts';
import { failure } from './command.ts';

/** A disk that was remounted, or given room, is noticed within this time. */
const RETRY_MS = 30_000;

/** The API's outbox, or what stands in for it. */
export interface OpenedOutbox {
  readonly outbox: ApiOutbox;
  /** Rejects once a database that could not be opened can be: a new process is to serve it. */
  readonly usableAgain: Promise<never>;
}

/**
 * Opens the outbox. A damaged or newer database, a read-only or full disk does not keep the API from starting: it
 * accepts nothing, and its status page, `/v1/status` and `/health/ready` say why and what to do.
 * Only the disk is tried again; the others are put right by a person, who then restarts.
 */
export async function openOrStandIn(
  open: () => Promise<ApiOutbox>,
  clock: Clock,
  logger: Logger,
): Promise<OpenedOutbox> {
  const never = new Promise<never>(() => {});
  try {
    return { outbox: await open(), usableAgain: never };
  } catch (error) {
    const state = stateOfOpening(error);
    if (state === null || !(error instanceof GatewayError)) {
      throw error;
    }
    logger.error(
      { code: error.code, reason: error.message },
      'the database cannot be used; nothing is accepted until it can',
    );
    const closing = new AbortController();
    const usableAgain =
      state === 'read-only' || state === 'full' ? untilOpen(open, clock, closing.signal) : never;
    usableAgain.catch(() => undefined);
    const close = async (): Promise<void> => closing.abort();
    return { outbox: { ...closedOutbox(error, state), close }, usableAgain };
  }
}

async function untilOpen(
  open: () => Promise<ApiOutbox>,
  clock: Clock,
  closing: AbortSignal,
): Promise<never> {
  for (;;) {
    await delay(clock, RETRY_MS, closing);
    const opened = await open().catch(() => null);
    if (opened !== null) {
      await opened.close();
      throw failure('database-usable', 'the database can be written again; starting anew');
    }
  }
}
