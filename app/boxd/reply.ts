import type { Clock } from '../domain/clock.ts';
import type { RunningSystem } from './bundle.ts';
import type { Ended, Machine } from './programs.ts';

export type Reply =
  | { readonly ok: true; readonly detail: string; readonly data?: unknown }
  | { readonly ok: false; readonly code: string; readonly detail: string };

export interface VerbContext {
  readonly machine: Machine;
  readonly running: RunningSystem;
  readonly clock: Pick<Clock, 'bootId' | 'nowMs'>;
}

const LONGEST_DETAIL = 500;

export function outcome(ended: Ended, detail: string): Reply {
  return ended.code === 0 ? { ok: true, detail } : failed(ended);
}

export function failed(ended: Ended): {
  readonly ok: false;
  readonly code: string;
  readonly detail: string;
} {
  const said = ended.err.trim().split('\n').at(-1)?.slice(0, LONGEST_DETAIL) ?? '';
  return {
    ok: false,
    code: ended.code === null ? 'not-run' : 'failed',
    detail: said === '' ? `It ended with ${String(ended.code)}.` : said,
  };
}
