import { GatewayError } from '../domain/gateway-error.ts';
import type { Rung } from './ladder.ts';

/** Why a session stopped being of use. */
export interface Trouble {
  readonly kind: 'link-lost' | 'booted' | 'sim-changed' | 'sick' | 'stopped';
  readonly reason: string;
  /** The mildest step of the ladder that can help. */
  readonly from?: Rung;
}

export const UNEXPLAINED: Trouble = { kind: 'sick', reason: 'unexplained' };

/** The modem echoes again, or is in another mode than it was set to. */
export const RESTARTED_SILENTLY: Trouble = {
  kind: 'booted',
  reason: 'the modem restarted without a word',
};

const MODEM_ERRORS: ReadonlySet<string> = new Set([
  'link-lost',
  'modem-silent',
  'modem-reset',
  'interrupted',
]);

/** The modem is gone, silent or restarted; other errors are the outbox's. */
export function isModemError(error: unknown): boolean {
  return error instanceof GatewayError && MODEM_ERRORS.has(error.code);
}

/** The trouble behind what a conversation with the modem was rejected with. */
export function troubleOf(error: unknown): Trouble {
  const code = error instanceof GatewayError ? error.code : null;
  const reason = error instanceof Error ? error.message : String(error);
  if (code === 'link-lost') {
    return { kind: 'link-lost', reason };
  }
  return code === 'modem-reset' ? { kind: 'booted', reason } : { kind: 'sick', reason };
}
