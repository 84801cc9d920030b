/** The only words for what a failure means to its message. */
export type ErrorClass = 'retry' | 'number' | 'operator' | 'modem' | 'unknown-outcome';

/** One text in the two languages of the product. */
export interface Bilingual {
  readonly en: string;
  readonly id: string;
}

/**
 * What the code proves when it comes after the PDU's Ctrl-Z. `refused-if-quick`: modems report a
 * lost acknowledgement with the same number, so it proves a refusal only while the network timer
 * (24.011 §10, 35–45 s) cannot have expired.
 */
type AfterHandOver = 'refused' | 'refused-if-quick' | 'unknown' | 'sent';

export interface ErrorEntry {
  /** Stable key, for example `cms-38`, `cme-10`, `no-answer`. */
  readonly code: string;
  readonly class: ErrorClass;
  /** Wait before the first repetition; null: repeating the same message cannot help. */
  readonly retryAfterMs: number | null;
  /** Whether the failure counts against `queue.maxAttempts`. */
  readonly spendsAttempt: boolean;
  readonly afterHandOver: AfterHandOver;
  readonly title: Bilingual;
  readonly remedy: Bilingual;
}
export type ErrorRow = Omit<ErrorEntry, 'code'>;
export type ErrorRows = Readonly<Record<string, ErrorRow>>;

type Policy = Pick<ErrorEntry, 'class' | 'retryAfterMs' | 'spendsAttempt' | 'afterHandOver'>;

/** Every combination that the tables use, named by what happens to the message. */
export const POLICY: Readonly<Record<PolicyName, Policy>> = {
  soon: policy('retry', 15_000, true),
  later: policy('retry', 120_000, true),
  laterDoubtful: policy('retry', 60_000, true, 'refused-if-quick'),
  noService: policy('retry', 30_000, false),
  number: policy('number', null, true),
  operator: policy('operator', 300_000, false),
  format: policy('modem', null, true),
  reinit: policy('modem', 5_000, true),
  wait: policy('modem', 10_000, false),
  unsent: policy('modem', 5_000, false),
  unknown: policy('unknown-outcome', 60_000, true, 'unknown'),
  sent: policy('retry', null, false, 'sent'),
  ended: policy('retry', null, true),
};
export type PolicyName =
  | 'soon'
  | 'later'
  | 'laterDoubtful'
  | 'noService'
  | 'number'
  | 'operator'
  | 'format'
  | 'reinit'
  | 'wait'
  | 'unsent'
  | 'unknown'
  | 'sent'
  | 'ended';

function policy(
  errorClass: ErrorClass,
  retryAfterMs: number | null,
  spendsAttempt: boolean,
  afterHandOver: AfterHandOver = 'refused',
): Policy {
  return { class: errorClass, retryAfterMs, spendsAttempt, afterHandOver };
}

export function row(name: PolicyName, en: string, id: string, remedy: Bilingual): ErrorRow {
  return { ...POLICY[name], title: { en, id }, remedy };
}
