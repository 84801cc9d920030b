import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { ModemId } from '../domain/ids.ts';
import type {
  FromApi,
  FromWorker,
  WorkerCommand,
  WorkerSnapshot,
} from '../domain/worker-protocol.ts';
import { connectLines } from './ndjson-socket.ts';

export interface CommandReply {
  readonly ok: boolean;
  readonly detail: string;
}

/** The API's view of the modem worker. */
export interface WorkerLink {
  /** The newest one, also of a worker that is gone; null before the first. */
  snapshot(): WorkerSnapshot | null;
  /** Milliseconds since any line came; null when none ever did. Over 10,000: it is stopped. */
  lastHeardAgeMs(): number | null;
  connected(): boolean;
  /** Says that something may be ready to send: at once, and then at most every 10 ms. */
  nudge(): void;
  /**
   * Rejects with `worker-stopped` when there is no worker or it goes away, with `worker-silent`
   * when it gives no reply within `timeoutMs`.
   */
  command(modem: ModemId, command: WorkerCommand, timeoutMs: number): Promise<CommandReply>;
  /** Runs `listener` after each new snapshot and when the worker comes or goes. */
  onChange(listener: () => void): void;
  close(): void;
}

/** Nudges are at least this far apart; under load each one would cost more than a message does. */
const NUDGE_GAP_MS = 10;

interface Waiting {
  readonly settle: (result: CommandReply | GatewayError) => void;
}

/** Connects to `runDir/worker.sock`, and again whenever the worker was away. */
export function openWorkerLink(path: string, clock: Clock): WorkerLink {
  let snapshot: WorkerSnapshot | null = null;
  let heardAtMs: number | null = null;
  let cancelNudge: (() => void) | null = null;
  let nudgedAtMs = Number.NEGATIVE_INFINITY;
  let commands = 0;
  const waiting = new Map<number, Waiting>();
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) {
      listener();
    }
  };
  const dropWaiting = (): void => {
    for (const { settle } of waiting.values()) {
      settle(stopped());
    }
  };

  const sendNudge = (): void => {
    cancelNudge = null;
    nudgedAtMs = clock.monotonicMs();
    client.send({ type: 'nudge' } satisfies FromApi);
  };

  const client = connectLines(
    path,
    {
      onOpen: (connection) => {
        heardAtMs = clock.monotonicMs();
        connection.send({ type: 'nudge' } satisfies FromApi);
        changed();
      },
      onMessage: (message) => {
        heardAtMs = clock.monotonicMs();
        const line = message as FromWorker;
        if (line.type === 'snapshot') {
          snapshot = line.snapshot;
          changed();
        } else if (line.type === 'reply') {
          waiting.get(line.id)?.settle({ ok: line.ok, detail: line.detail });
        }
      },
      onClose: () => {
        dropWaiting();
        changed();
      },
    },
    clock,
  );

  return {
    snapshot: () => snapshot,
    lastHeardAgeMs: () => (heardAtMs === null ? null : clock.monotonicMs() - heardAtMs),
    connected: () => client.connected(),
    nudge: () => {
      if (cancelNudge !== null) {
        return;
      }
      const waitMs = nudgedAtMs + NUDGE_GAP_MS - clock.monotonicMs();
      if (waitMs > 0) {
        cancelNudge = clock.schedule(waitMs, sendNudge);
      } else {
        const soon = setImmediate(sendNudge);
        cancelNudge = () => clearImmediate(soon);
      }
    },
    command: (modem, command, timeoutMs) =>
      new Promise((resolve, reject) => {
        commands += 1;
        const id = commands;
        const cancel = clock.schedule(timeoutMs, () =>
          waiting.get(id)?.settle(
            new GatewayError('worker-silent', 'The modem worker gave no reply in time.', {
              retry: 'unknown-outcome',
            }),
          ),
        );
        waiting.set(id, {
          settle: (result) => {
            waiting.delete(id);
            cancel();
            if (result instanceof GatewayError) {
              reject(result);
            } else {
              resolve(result);
            }
          },
        });
        if (!client.send({ type: 'command', id, modem, command } satisfies FromApi)) {
          waiting.get(id)?.settle(stopped());
        }
      }),
    onChange: (listener) => {
      listeners.push(listener);
    },
    close: () => {
      cancelNudge?.();
      client.close();
      dropWaiting();
    },
  };
}

function stopped(): GatewayError {
  return new GatewayError('worker-stopped', 'The modem worker is not running.', { retry: 'later' });
}
