import type { Clock } from '../domain/clock.ts';
import type { GatewayError } from '../domain/gateway-error.ts';
import type { FaultCounters } from './fault-counters.ts';
import type { Entry } from './line-pairing.ts';

/** What the channel lends to the one exchange that runs. */
export interface ExchangeHost {
  readonly clock: Clock;
  readonly faults: FaultCounters;
  /** Latin-1 text; a failing link ends the channel, and so this exchange by `lost`. */
  write(text: string): Promise<void>;
  /** A send without a known result is still open: a `+CMS ERROR` may belong to it. */
  lateSendOpen(): boolean;
  /** The exchange is over. `outOfSync`: answers to it may still come; probe before going on. */
  over(outOfSync: boolean): void;
}

/** One thing at a time that writes to the modem and takes the lines that are its own. */
export interface Exchange {
  start(host: ExchangeHost): void;
  /** True takes the entry; otherwise it is an announcement. */
  take(entry: Entry): boolean;
  isEcho(line: string): boolean;
  /** `mine`: the prompt it waited for; `ignore`: harmless now; `stray`: the modem must leave it. */
  prompt(): 'mine' | 'ignore' | 'stray';
  /** The modem restarted. */
  reset(): void;
  lost(error: GatewayError): void;
}
