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
import { authenticator } from './authenticator.ts';
import { certificateOf } from './certificate.ts';
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
import { newParserServer, openParserServer } from './parser-server.ts';
import { pauseWhenFull, type SharedPort } from './pause-when-full.ts';
import { requestIds } from './request-id.ts';
import { openRouter } from './router.ts';
import { allRoutes } from './routes/all.ts';
import type { StatusPages } from './status-pages.ts';

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
  readonly shared?: SharedPort;
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
  const server = newParserServer(http);
  const router = await openRouter(context, allRoutes(context), server);
  const dispatch = dispatcher(context, traffic, nextRequestId, router.rest);
  openParserServer(server, http, dispatch, nextRequestId);

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
    handshakeTimeoutMs: http.requestTimeoutSeconds * 1000,
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
  if (options.shared !== undefined && network !== undefined) {
    const { shared } = options;
    pauseWhenFull({ shared, network, onFull: admitted.onFull, traffic, clock, logger });
  }
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
