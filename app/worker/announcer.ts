import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { ModemId } from '../domain/ids.ts';
import type { Logger } from '../domain/logger.ts';
import type {
  FromApi,
  FromWorker,
  WorkerCommand,
  WorkerSnapshot,
} from '../domain/worker-protocol.ts';
import { type LineConnection, type LineServer, listenLines } from '../local/ndjson-socket.ts';

/** Changes are told at most this often. */
const LEAST_GAP_MS = 500;
/** Something is told at least this often, so that silence means a stopped worker. */
const HEARTBEAT_MS = 5_000;

export interface AnnouncerDeps {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly snapshot: () => WorkerSnapshot;
  readonly onNudge: () => void;
  readonly onCommand: (
    modem: ModemId,
    command: WorkerCommand,
  ) => Promise<{ readonly ok: boolean; readonly detail: string }>;
}

/** The worker's end of `worker.sock`: tells every API process what the modems do, hears nudges and commands. */
export class Announcer {
  readonly #deps: AnnouncerDeps;
  readonly #server: LineServer;
  #cancelTimer: () => void = () => undefined;
  #lastTellMs: number;
  #changed = false;

  private constructor(deps: AnnouncerDeps, server: LineServer) {
    this.#deps = deps;
    this.#server = server;
    this.#lastTellMs = deps.clock.monotonicMs();
    this.#arm(HEARTBEAT_MS);
  }

  static async start(deps: AnnouncerDeps): Promise<Announcer> {
    const server = await listenLines(deps.path, (connection) => {
      connection.send({ type: 'snapshot', snapshot: deps.snapshot() } satisfies FromWorker);
      return {
        onMessage: (message) => {
          hear(deps, connection, message);
        },
      };
    });
    return new Announcer(deps, server);
  }

  /** Something in the snapshot changed. */
  changed(): void {
    if (!this.#changed) {
      this.#changed = true;
      this.#arm(Math.max(this.#lastTellMs + LEAST_GAP_MS - this.#deps.clock.monotonicMs(), 0));
    }
  }

  async close(): Promise<void> {
    this.#cancelTimer();
    await this.#server.close();
  }

  #tell(): void {
    const line: FromWorker = this.#changed
      ? { type: 'snapshot', snapshot: this.#deps.snapshot() }
      : { type: 'heartbeat' };
    this.#changed = false;
    this.#lastTellMs = this.#deps.clock.monotonicMs();
    this.#server.broadcast(line);
    this.#arm(HEARTBEAT_MS);
  }

  #arm(delayMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#deps.clock.schedule(delayMs, () => {
      this.#tell();
    });
  }
}

function hear(deps: AnnouncerDeps, connection: LineConnection, message: unknown): void {
  if (!isFromApi(message)) {
    deps.logger.warn({}, 'the worker socket got a line that it does not know');
    return;
  }
  if (message.type === 'nudge') {
    deps.onNudge();
    return;
  }
  const { id, modem, command } = message;
  void deps
    .onCommand(modem, command)
    .catch((error: unknown) => ({
      ok: false,
      detail: error instanceof GatewayError ? error.message : 'The command failed; see the log.',
    }))
    .then((reply) => connection.send({ type: 'reply', id, ...reply } satisfies FromWorker));
}

function isFromApi(message: unknown): message is FromApi {
  if (typeof message !== 'object' || message === null || !('type' in message)) {
    return false;
  }
  return (
    message.type === 'nudge' ||
    (message.type === 'command' &&
      'id' in message &&
      typeof message.id === 'number' &&
      'modem' in message &&
      'command' in message &&
      typeof message.command === 'object')
  );
}
