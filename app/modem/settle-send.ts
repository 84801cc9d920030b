import type { AtError } from '../at/at-types.ts';
import { settleError } from '../domain/error-table.ts';
import type { SendOutcome } from './contract.ts';

/**
 * Phase decides before code: the outcome of a part that the modem answered with an error.
 * `sinceCtrlZMs` is null when the error came before Ctrl-Z, where nothing is unknown. After it, an
 * error without a number proves nothing.
 */
export function settleSend(
  error: AtError,
  sinceCtrlZMs: number | null,
  bracketed: boolean,
  family: string,
): SendOutcome {
  const { code } = error;
  const kind = code === null ? 'error' : error.kind;
  if (sinceCtrlZMs === null) {
    return { kind: 'refused', error: { kind, code }, afterCtrlZ: false, bracketed };
  }
  const settled =
    kind === 'error' || code === null
      ? settleError('internal', 'bare-error', sinceCtrlZMs)
      : settleError(kind, code, sinceCtrlZMs, family);
  switch (settled.outcome) {
    case 'sent':
      return { kind: 'already-sent' };
    case 'unknown':
      return { kind: 'unknown', code: settled.entry.code };
    case 'refused':
    case 'not-handed-over':
      return { kind: 'refused', error: { kind, code }, afterCtrlZ: true, bracketed };
  }
}
