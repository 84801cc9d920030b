/** What a command led to. `lines` are information lines, printed before the result code. */
export type Outcome =
  | { readonly kind: 'ok'; readonly lines: readonly string[] }
  | { readonly kind: 'error' }
  | { readonly kind: 'cme'; readonly code: number }
  | { readonly kind: 'cms'; readonly code: number }
  /** A result that only calls have, such as `NO CARRIER`. */
  | { readonly kind: 'result'; readonly text: string; readonly numeric: number }
  /** The modem works for `ms` and then has the outcome of `finish`; it takes no input meanwhile. */
  | { readonly kind: 'wait'; readonly ms: number; readonly finish: () => Outcome }
  /** Everything was or will be printed by someone else; the command line ends here without a result. */
  | { readonly kind: 'none' };

export function ok(...lines: readonly string[]): Outcome {
  return { kind: 'ok', lines };
}

export const ERROR: Outcome = { kind: 'error' };
export const NONE: Outcome = { kind: 'none' };

/** `+CME ERROR: code` (27.007 §9.2), or what CMEE makes of it. */
export function cme(code: number): Outcome {
  return { kind: 'cme', code };
}

/** `+CMS ERROR: code` (27.005 §3.2.5). */
export function cms(code: number): Outcome {
  return { kind: 'cms', code };
}

const CME_WORDS: Readonly<Record<number, string>> = {
  3: 'operation not allowed',
  4: 'operation not supported',
  10: 'SIM not inserted',
  11: 'SIM PIN required',
  12: 'SIM PUK required',
  13: 'SIM failure',
  14: 'SIM busy',
  16: 'incorrect password',
  30: 'no network service',
  50: 'incorrect parameters',
  100: 'unknown',
};

const CMS_WORDS: Readonly<Record<number, string>> = {
  302: 'operation not allowed',
  303: 'operation not supported',
  304: 'invalid PDU mode parameter',
  305: 'invalid text mode parameter',
  310: 'SIM not inserted',
  311: 'SIM PIN required',
  316: 'SIM PUK required',
  321: 'invalid memory index',
  322: 'memory full',
  331: 'no network service',
  332: 'network timeout',
  340: 'no +CNMA acknowledgement expected',
  500: 'unknown error',
};

/** The error line for the `AT+CMEE` setting: 0 bare, 1 a number, 2 words where there are any. */
export function errorLine(outcome: Outcome & { kind: 'cme' | 'cms' }, cmee: number): string {
  if (outcome.kind === 'cme') {
    const words = CME_WORDS[outcome.code] ?? 'unknown';
    return cmee === 0 ? 'ERROR' : `+CME ERROR: ${cmee === 2 ? words : outcome.code}`;
  }
  // 27.005 gives CMS errors whatever CMEE says; only their spelling follows it.
  const words = CMS_WORDS[outcome.code];
  return `+CMS ERROR: ${cmee === 2 && words !== undefined ? words : outcome.code}`;
}
