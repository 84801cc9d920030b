import type { Moment } from '../contract.ts';
import type { Tx } from '../tx.ts';

/**
 * Puts an attempt on record before the PIN goes to the card. `tried-before`: the card refused this
 * PIN, or its answer never came, which counts the same.
 */
export function pinAttempt(
  tx: Tx,
  args: { readonly iccid: string; readonly pinHmac: string; readonly at: Moment },
): 'committed' | 'tried-before' {
  const { changes } = tx
    .sql(
      `INSERT INTO pin_attempts (iccid, pin_hmac, at_ms, boot) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, boot = excluded.boot, accepted = NULL
       WHERE accepted = 1`,
    )
    .run(args.iccid, args.pinHmac, args.at.atMs, tx.boot(args.at.bootId));
  return changes === 1 ? 'committed' : 'tried-before';
}

export function pinResult(
  tx: Tx,
  args: {
    readonly iccid: string;
    readonly pinHmac: string;
    readonly accepted: boolean;
    readonly at: Moment;
  },
): void {
  tx.sql('UPDATE pin_attempts SET accepted = ?, at_ms = ? WHERE iccid = ? AND pin_hmac = ?').run(
    args.accepted ? 1 : 0,
    args.at.atMs,
    args.iccid,
    args.pinHmac,
  );
}

/** Whether some PIN was sent to the card and not accepted, or its answer never came. */
export function pinTried(tx: Tx, args: { readonly iccid: string }): boolean {
  return (
    tx
      .sql('SELECT 1 FROM pin_attempts WHERE iccid = ? AND accepted IS NOT 1 LIMIT 1')
      .get(args.iccid) !== undefined
  );
}
