import { getMessage } from './get-message.ts';
import { getInbound, listInbound } from './inbound.ts';
import { listMessages } from './list-messages.ts';
import type { Sql } from './sql.ts';

/** What the reader thread answers. */
export interface Reads {
  readonly getInbound: typeof getInbound;
  readonly getMessage: typeof getMessage;
  readonly listInbound: typeof listInbound;
  readonly listMessages: typeof listMessages;
}
export const READS: Reads = { getInbound, getMessage, listInbound, listMessages };
export type AnyRead = (sql: Sql, args: never) => unknown;
