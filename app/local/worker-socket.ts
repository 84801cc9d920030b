import type { Clock } from '../domain/clock.ts';
import type { ModemId } from '../domain/ids.ts';
import type {
  FromApi,
  FromWorker,
  WorkerCommand,
  WorkerSnapshot,
} from '../domain/worker-protocol.ts';
import { type LineServer, listenLines } from './ndjson-socket.ts';

const HEARTBEAT_MS = 5_000;

export interface WorkerSocket {
  /** Sends the snapshot to every API process, and to each that connects later. */
  publish(snapshot: WorkerSnapshot): void;
  close(): Promise<void>;
}

export interface WorkerSocketHandlers {
  onNudge(): void;
  /** Its result, or the message of what it throws, becomes the reply. */
  onCommand(
    modem: ModemId,
    command: WorkerCommand,
  ): Promise<{ readonly ok: boolean; readonly detail: string }>;
}

/** The modem worker's end of `runDir/worker.sock`, with its heartbeat every 5 s. */
export async function serveWorkerSocket(
  path: string,
  handlers: WorkerSocketHandlers,
  clock: Clock,
): Promise<WorkerSocket> {
  let newest: WorkerSnapshot | null = null;
  let cancelHeartbeat: () => void = () => {};

  const server: LineServer = await listenLines(path, (connection) => {
    const send = (line: FromWorker): void => void connection.send(line);
    if (newest !== null) {
      send({ type: 'snapshot', snapshot: newest });
    }
    return {
      onMessage: (message) => {
        const line = message as FromApi;
        if (line.type === 'nudge') {
          handlers.onNudge();
        } else if (line.type === 'command') {
          const { id } = line;
          handlers.onCommand(line.modem, line.command).then(
            ({ ok, detail }) => send({ type: 'reply', id, ok, detail }),
            (error: unknown) =>
              send({
                type: 'reply',
                id,
                ok: false,
                detail: error instanceof Error ? error.message : 'The command failed.',
              }),
          );
        }
      },
    };
  });

  const heartbeatLater = (): void => {
    cancelHeartbeat();
    cancelHeartbeat = clock.schedule(HEARTBEAT_MS, () => {
      server.broadcast({ type: 'heartbeat' } satisfies FromWorker);
      heartbeatLater();
    });
  };
  heartbeatLater();

  return {
    publish: (snapshot) => {
      newest = snapshot;
      server.broadcast({ type: 'snapshot', snapshot } satisfies FromWorker);
      heartbeatLater();
    },
    close: () => {
      cancelHeartbeat();
      return server.close();
    },
  };
}
