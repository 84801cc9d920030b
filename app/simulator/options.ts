import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { Random } from '../domain/random.ts';

export interface SimulatorOptions {
  readonly host: string;
  /** Port of the AT stream; 0 takes a free one. */
  readonly port: number;
  /** Port of the HTTP control; default `port + 1`, also when `port` is 0. */
  readonly controlPort?: number;
  /** Where accepted parts are written; without it the newest 10,000 stay in memory. */
  readonly journalFile?: string | null;
  /** Name of a family; default `generic`. */
  readonly profile?: string;
  readonly faultsFile?: string | null;
  /** From Ctrl-Z to the network's answer, 0–600,000; default 0. */
  readonly sendMs?: number;
  /** From acceptance to the delivery report; default 200. */
  readonly reportMs?: number;
  /** `modem` of the journal, and what identity is made from; default `simulated-` and the port given, if any. */
  readonly modemId?: string;
  /** Default: made from `modemId`, with the prefix of simulated modems. */
  readonly imei?: string;
  readonly iccid?: string;
  readonly logger: Logger;
  readonly random: Random;
  readonly clock: Clock;
}

export interface RunningSimulator {
  readonly port: number;
  readonly controlPort: number;
  /** Ends connections, timers and both servers. */
  close(): Promise<void>;
}
