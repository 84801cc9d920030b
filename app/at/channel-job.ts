import { GatewayError } from '../domain/gateway-error.ts';
import type { PduResult } from './at-types.ts';
import type { CommandExchange } from './command-exchange.ts';
import type { Exchange } from './exchange.ts';
import type { PduExchange } from './pdu-exchange.ts';
import type { ResyncExchange } from './resync-exchange.ts';

/** An exchange that waits for its turn, and how its caller is told when that never comes. */
export interface ChannelJob {
  readonly exchange: Exchange;
  /** Whether to leave it out: it was settled while it waited. */
  skip(): boolean;
  /** The modem did not answer the probe before it. */
  unanswered(): void;
  /** The link ended before it could start. */
  lost(error: GatewayError): void;
}

export function commandJob(exchange: CommandExchange): ChannelJob {
  return {
    exchange,
    skip: () => exchange.settled,
    unanswered: () =>
      exchange.fail(
        new GatewayError('at-timeout', 'The modem does not answer.', { retry: 'later' }),
        true,
      ),
    lost: (error) => exchange.fail(error, false),
  };
}

/** `resolve` is that of the call's promise: a PDU that was never begun is an outcome, not an error. */
export function pduJob(exchange: PduExchange, resolve: (result: PduResult) => void): ChannelJob {
  return {
    exchange,
    skip: () => false,
    unanswered: () => resolve({ kind: 'no-prompt', bracketOpen: false }),
    lost: () => resolve({ kind: 'lost-before-ctrl-z', reason: 'link-lost', bracketOpen: false }),
  };
}

export function resyncJob(exchange: ResyncExchange, resolve: (alive: boolean) => void): ChannelJob {
  return {
    exchange,
    skip: () => false,
    unanswered: () => resolve(false),
    lost: () => resolve(false),
  };
}
