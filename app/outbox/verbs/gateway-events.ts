import type { ModemId } from '../../domain/ids.ts';
import type { Moment } from '../contract.ts';
import type { Tx } from '../tx.ts';

export function appendEvent(
  tx: Tx,
  args: {
    readonly type: string;
    readonly subject: string | null;
    readonly detail: string | null;
    readonly at: Moment;
  },
): void {
  tx.appendEvent(0, args.type, args.detail, args.at, args.subject);
}

/** When the modem took parts since, oldest first; brackets that were taken back do not count. */
export function handOverTimes(
  tx: Tx,
  args: { readonly modem: ModemId; readonly sinceMs: number },
): number[] {
  return tx
    .sql(
      `SELECT handed_over_at_ms FROM parts WHERE modem = ? AND handed_over_at_ms >= ?
       ORDER BY handed_over_at_ms`,
    )
    .pluck()
    .all(args.modem, args.sinceMs) as number[];
}
