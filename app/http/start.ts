import { createServer } from 'node:http';
import { type Clock, delay } from '../domain/clock.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';
import type { Random } from '../domain/random.ts';
import { recipientReader } from '../domain/recipient.ts';
import type { Trial } from '../local/trial.ts';
import type { WorkerLink } from '../local/worker-link.ts';
import type { ApiOutbox } from '../outbox/contract.ts';
import { acceptor } from './accept.ts';
import { admission } from './admission.ts';
import { answerProblem, answerRaw } from './answer.ts';
import { authenticator } from './authenticator.ts';
import { certificateOf } from './certificate.ts';
import { onClientError } from './client-error.ts';
import { connectionLimit } from './connection-limit.ts';
import type { HttpContext } from './context.ts';
import { type Counters, newCounters } from './counters.ts';
import { dispatcher } from './dispatcher.ts';
import type { Traffic } from './exchange.ts';
import { gate } from './gate.ts';
import { hostCheck } from './hosts.ts';
import { keyRing } from './key-ring.ts';
import { type Listeners, type ListenPlan, openListeners } from './listeners.ts';
import { messageIds } from './message-ids.ts';
import { messageReader } from './message-input.ts';
import { problem } from './problems.ts';
import { requestIds } from './request-id.ts';
import { openRouter } from './router.ts';
import { allRoutes } from './routes/all.ts';
import type { StatusPages } from './status-pages.ts';

const HEADER_LIMIT_BYTES = 16_384;
/** Longer than any call takes to answer, so that waiting for a modem never cuts the caller. */
const LONGEST_SILENCE_MS = 200_000;
/** A full process that no other can stand in for asks so often whether one can now. */
const ASK_AGAIN_MS = 50;
/** Kept-alive clients that write during a stop get their 503 within this time, instead of a cut. */
const LAST_CALLS_MS = 100;

export interface StartHttpOptions {
  readonly config: GatewayConfig;
  readonly outbox: ApiOutbox;
  readonly workerLink: WorkerLink;
  readonly trial: Pick<Trial, 'active'>;
  readonly status: StatusPages;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** `runDir/api.sock`; null for none. */
  readonly localSocketPath: string | null;
  /** Set where other processes share the port (see `cluster.ts`). */
  readonly shared?: {
    /** Asks to stop accepting because all places are taken; the answer says whether others can. */
    readonly mayPause: () => Promise<boolean>;
    readonly resumed: () => void;
  };
}

export interface HttpService {
  /** URLs of what is bound. */
  readonly addresses: readonly string[];
  readonly counters: Readonly<Counters>;
  /** Reads keys and certificate again. */
  reload(): void;
  /** Stops accepting, answers what was accepted, and after `graceMs` cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** Serves the API until closed. Rejects with `cannot-listen` or `tls-unreadable`. */
export async function startHttp(options: StartHttpOptions): Promise<HttpService> {
  const { config, outbox, workerLink, trial, status, clock, random, logger, version } = options;
  const { http } = config;
  const nextRequestId = requestIds(random);
  const traffic: Traffic = { active: 0, stopping: false, onQuiet: null };
  const admitted = admission(connectionLimit(http.maxConnections));
  const keys = keyRing(outbox, clock, logger);
  const recipients = recipientReader(config.defaultRegion);
  const counters = newCounters(admitted.limit, admitted.open);
  const context: HttpContext = {
    config,
    version,
    outbox,
    worker: workerLink,
    trial,
    status,
    clock,
    logger,
    auth: authenticator(keys, http, clock),
    hosts: hostCheck(http.allowedHosts, clock),
    recipients,
    readMessage: messageReader(config, recipients, clock),
    accept: acceptor({
      outbox,
      onTrial: () => trial.active(),
      nudge: () => workerLink.nudge(),
      nextId: messageIds(clock, random),
      clock,
      logger,
    }),
    counters,
  };
  const timeoutMs = http.requestTimeoutSeconds * 1000;
  const server = createServer({
    maxHeaderSize: HEADER_LIMIT_BYTES,
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    connectionsCheckingInterval: Math.max(100, Math.min(5_000, timeoutMs / 4)),
    requireHostHeader: false,
  });
  const router = await openRouter(context, allRoutes(context), server);
  server.keepAliveTimeout = http.keepAliveTimeoutSeconds * 1000;
  server.headersTimeout = timeoutMs;
  server.requestTimeout = timeoutMs;
  // A client that does not read its answer stalls here; a self-test may think for three minutes.
  server.timeout = Math.max(timeoutMs * 2, LONGEST_SILENCE_MS);
  const dispatch = dispatcher(context, traffic, nextRequestId, router.rest);
  server.on('request', dispatch);
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length'] ?? 0) <= http.batchLimitBytes) {
      response.writeContinue();
    }
    dispatch(request, response);
  });
  server.on('checkExpectation', (request, response) =>
    answerProblem(request, response, nextRequestId(), problem('expectation-failed')),
  );
  server.on('connect', (_request, socket) => {
    answerRaw(
      socket,
      nextRequestId(),
      problem('method-not-allowed', { headers: ['Allow', 'GET, HEAD, POST, DELETE'] }),
    );
  });
  // Fastify put a handler of its own there.
  server.removeAllListeners('clientError');
  server.on('clientError', (error, socket) => onClientError(error, socket, nextRequestId));
  // The server is never bound itself; this starts its watch over slow requests.
  server.emit('listening');

  const door = gate(server, admitted, traffic, nextRequestId, clock);
  const tls = http.tls === null ? null : certificateOf(http.tls);
  const plans: ListenPlan[] = [
    ...http.listen.map((address) => ({ address, secureContext: null })),
    ...(http.tls?.listen ?? []).map((address) => ({
      address,
      secureContext: () => (tls as NonNullable<typeof tls>).current,
    })),
  ];
  const listenOptions = {
    backlog: http.backlog,
    handshakeTimeoutMs: timeoutMs,
    logger,
    shared: options.shared !== undefined,
  };
  const opened: Listeners[] = [];
  try {
    opened.push(
      await openListeners(plans, {
        ...listenOptions,
        admit: door.admit,
        onConnection: door.onConnection,
      }),
    );
    if (options.localSocketPath !== null) {
      opened.push(
        await openListeners([{ address: `unix:${options.localSocketPath}`, secureContext: null }], {
          ...listenOptions,
          admit: () => true,
          onConnection: door.onLocalConnection,
        }),
      );
    }
  } catch (error) {
    await Promise.all(opened.map((listeners) => listeners.close()));
    server.close();
    throw error;
  }
  const [network] = opened;
  pauseWhenFull(options, admitted.onFull, network, traffic);
  logger.info({ addresses: opened.flatMap(({ addresses }) => addresses) }, 'serving HTTP');

  return {
    addresses: opened.flatMap(({ addresses }) => addresses),
    counters,
    reload: () => {
      keys.forget();
      tls?.renew(logger);
    },
    close: async (graceMs) => {
      if (traffic.stopping) {
        return;
      }
      traffic.stopping = true;
      await Promise.all(opened.map((listeners) => listeners.close()));
      const lastCalls = delay(clock, Math.min(LAST_CALLS_MS, graceMs));
      await quiet(traffic, clock, graceMs);
      await lastCalls;
      server.closeAllConnections();
      door.cutHandshakes();
      await router.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Resolves when no request is left to answer, or after `graceMs`. */
function quiet(traffic: Traffic, clock: Clock, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (traffic.active === 0) {
      resolve();
      return;
    }
    const cancel = clock.schedule(graceMs, resolve);
    traffic.onQuiet = () => {
      cancel();
      resolve();
    };
  });
}

function pauseWhenFull(
  { shared, logger, clock }: StartHttpOptions,
  onFull: (listener: (full: boolean) => void) => void,
  network: Listeners | undefined,
  traffic: Traffic,
): void {
  if (shared === undefined || network === undefined) {
    return;
  }
  let full = false;
  let paused = false;
  const change = async (): Promise<void> => {
    if (full && !paused && !traffic.stopping) {
      if (!(await shared.mayPause())) {
        askAgain();
      } else if (full && !traffic.stopping) {
        paused = true;
        await network.pause();
      } else {
        shared.resumed();
      }
    }
    if (!full && paused && !traffic.stopping) {
      await network.resume();
      paused = false;
      shared.resumed();
    }
  };
  /** One after another: a pause that ends after its resume would leave nobody at the port. */
  let last: Promise<void> = Promise.resolve();
  const begin = (): void => {
    last = last
      .then(change)
      .catch((error: unknown) => logger.error({ err: error }, 'accepting could not be changed'));
  };
  let asking = false;
  /** Another process may have places soon: it starts, or goes on accepting. */
  const askAgain = (): void => {
    if (!asking) {
      asking = true;
      clock.schedule(ASK_AGAIN_MS, () => {
        asking = false;
        begin();
      });
    }
  };
  onFull((now) => {
    full = now;
    begin();
  });
}
