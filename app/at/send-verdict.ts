import type { PduResult } from './at-types.ts';
import { parseCmgs, parseFinal } from './line-kinds.ts';

/** What a line says before Ctrl-Z: nothing, that the modem left the prompt, or why it refuses. */
export function verdictBeforeCtrlZ(line: string, bracketOpen: boolean): PduResult | null {
  const final = parseFinal(line, false);
  if (final === null) {
    return null;
  }
  return final.ok
    ? { kind: 'no-prompt', bracketOpen }
    : { kind: 'refused', phase: 'before-ctrl-z', error: final.error, afterMs: 0, bracketOpen };
}

/** What a line says of a PDU that is with the modem since `afterMs`; null when it is no result. */
export function verdictAfterCtrlZ(line: string, afterMs: number): PduResult | null {
  const cmgs = parseCmgs(line);
  if (cmgs !== null) {
    return { kind: 'sent', ...cmgs, tookMs: afterMs };
  }
  const final = parseFinal(line, false);
  if (final === null) {
    return null;
  }
  if (final.ok) {
    // Success all the same; noise took the line with the reference.
    return { kind: 'sent', reference: null, ackPdu: null, tookMs: afterMs };
  }
  return final.error.kind === 'error'
    ? { kind: 'unknown', reason: 'bare-error', afterMs }
    : { kind: 'refused', phase: 'after-ctrl-z', error: final.error, afterMs };
}
