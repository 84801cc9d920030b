import { assertNever } from '../domain/assert-never.ts';
import {
  backOffMs,
  type ErrorEntry,
  errorByCode,
  lookUpError,
  settleError,
} from '../domain/error-table.ts';
import type { OnUncertain } from '../domain/message.ts';
import type { SendOutcome } from '../modem/index.ts';

/** What the lane knows about the message when an outcome comes in. */
export interface VerdictContext {
  /** Attempts spent before this one. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly onUncertain: OnUncertain;
  /** Family profile of the modem, for codes that vendors use differently; null while unknown. */
  readonly family: string | null;
  /**
   * Asked only for a refusal of class `operator`, with its code: was this message refused before
   * while others got through since, so that it is the message after all?
   */
  readonly refusedAlone: (code: string) => boolean;
  /** Wall milliseconds. */
  readonly nowMs: number;
}

/** `hold`: a person decides. `resend`: the sender of the message chose that. */
export type UnknownNext =
  | { readonly kind: 'hold' }
  | { readonly kind: 'resend'; readonly waitUntilMs: number };

/** What to write down about one part, and what the lane does next. */
export type Verdict =
  | { readonly kind: 'sent'; readonly reference: number | null }
  /** Canceled or expired in the meantime: nothing to write. */
  | { readonly kind: 'gone' }
  /** Never handed over: the bracket, if one was made, is taken back; no attempt is spent. */
  | { readonly kind: 'take-back'; readonly code: string; readonly bracketed: boolean }
  | {
      readonly kind: 'refused';
      readonly error: ErrorEntry;
      readonly spendsAttempt: boolean;
      readonly next:
        | { readonly kind: 'requeue'; readonly waitUntilMs: number }
        | { readonly kind: 'fail' };
    }
  | { readonly kind: 'uncertain'; readonly code: string; readonly next: UnknownNext };

/** One outcome of the modem → what is recorded. Refusals are judged by the one error table. */
export function judge(outcome: SendOutcome, context: VerdictContext): Verdict {
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'sent', reference: outcome.reference };
    case 'already-sent':
      return { kind: 'sent', reference: null };
    case 'gone':
      return { kind: 'gone' };
    case 'not-handed-over':
      return { kind: 'take-back', code: outcome.code, bracketed: outcome.bracketed };
    case 'unknown':
      return { kind: 'uncertain', code: outcome.code, next: judgeUnknown(outcome.code, context) };
    case 'refused':
      return refused(refusalOf(outcome, context.family), context);
    default:
      return assertNever(outcome);
  }
}

/** What becomes of a part whose outcome nobody knows: a person decides, unless the sender chose `resend`. */
export function judgeUnknown(
  code: string,
  context: Pick<VerdictContext, 'attempts' | 'maxAttempts' | 'onUncertain' | 'nowMs'>,
): UnknownNext {
  const attempts = context.attempts + 1;
  const waitMs = backOffMs(errorByCode(code), attempts);
  return context.onUncertain === 'resend' && attempts < context.maxAttempts && waitMs !== null
    ? { kind: 'resend', waitUntilMs: context.nowMs + waitMs }
    : { kind: 'hold' };
}

/** The table's entry for a refusal. Before Ctrl-Z nothing is unknown, whatever the code. */
function refusalOf(
  { error, afterCtrlZ }: Extract<SendOutcome, { kind: 'refused' }>,
  family: string | null,
): ErrorEntry {
  const kind = error.kind === 'error' ? 'internal' : error.kind;
  const code = error.code ?? 'bare-error';
  return afterCtrlZ ? lookUpError(kind, code, family) : settleError(kind, code, null, family).entry;
}

function refused(error: ErrorEntry, context: VerdictContext): Verdict {
  const spendsAttempt =
    error.spendsAttempt || (error.class === 'operator' && context.refusedAlone(error.code));
  const attempts = context.attempts + (spendsAttempt ? 1 : 0);
  const waitMs = backOffMs(error, attempts);
  const next =
    waitMs === null || attempts >= context.maxAttempts
      ? ({ kind: 'fail' } as const)
      : ({ kind: 'requeue', waitUntilMs: context.nowMs + waitMs } as const);
  return { kind: 'refused', error, spendsAttempt, next };
}
