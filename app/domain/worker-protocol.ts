import type { ModemId } from './ids.ts';
import type { ModemSnapshot } from './modem-snapshot.ts';

/**
 * The lines (one JSON object each) on the socket `runDir/worker.sock`. The modem worker listens;
 * every API process connects and keeps the newest snapshot.
 */
export type FromApi =
  /** Something may be ready to send. Coalesced: one line after a commit, however many messages. */
  | { readonly type: 'nudge' }
  | {
      readonly type: 'command';
      readonly id: number;
      readonly modem: ModemId;
      readonly command: WorkerCommand;
    };

export type WorkerCommand =
  | { readonly name: 'restart' }
  | {
      readonly name: 'unlock';
      readonly pin: string;
      readonly puk: string | null;
      /** The last try of the PIN, too: a person said so. Never that of the PUK. */
      readonly force?: true;
    }
  | { readonly name: 'self-test' }
  | { readonly name: 'ussd'; readonly code: string };

export type FromWorker =
  | { readonly type: 'snapshot'; readonly snapshot: WorkerSnapshot }
  /** Every 5 s when no snapshot was due; silence for over 10 s means that the worker is stopped. */
  | { readonly type: 'heartbeat' }
  | {
      readonly type: 'reply';
      readonly id: number;
      readonly ok: boolean;
      /** One sentence for a person, in English. */
      readonly detail: string;
    };

export interface WorkerSnapshot {
  readonly pid: number;
  readonly startedAt: string;
  readonly version: string;
  readonly modems: readonly ModemSnapshot[];
  /** Whether the worker's own outbox writer can commit. */
  readonly storage: 'ok' | 'failing' | 'read-only' | 'full';
}
