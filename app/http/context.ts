import type { Clock } from '../domain/clock.ts';
import type { GatewayConfig } from '../domain/config.ts';
import type { Logger } from '../domain/logger.ts';
import type { RecipientReader } from '../domain/recipient.ts';
import type { Trial } from '../local/trial.ts';
import type { WorkerLink } from '../local/worker-link.ts';
import type { ApiOutbox } from '../outbox/contract.ts';
import type { Accept } from './accept.ts';
import type { Authenticator } from './authenticator.ts';
import type { Counters } from './counters.ts';
import type { HostCheck } from './hosts.ts';
import type { MessageReader } from './message-input.ts';
import type { StatusPages } from './status-pages.ts';

/** Everything a handler needs, made once at the start. */
export interface HttpContext {
  readonly config: GatewayConfig;
  readonly version: string;
  readonly outbox: ApiOutbox;
  readonly worker: WorkerLink;
  readonly trial: Pick<Trial, 'active'>;
  readonly status: StatusPages;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly auth: Authenticator;
  readonly hosts: HostCheck;
  readonly recipients: RecipientReader;
  readonly readMessage: MessageReader;
  readonly accept: Accept;
  readonly counters: Counters;
}
