import type { LegacyConfig } from '../domain/config.ts';

/**
 * The ranges that may send through `/s.py` without a key, as text, when they are wider than
 * loopback and one host; else null.
 */
export function legacyOpenTo({ enabled, requireKey, allowFrom }: LegacyConfig): string | null {
  if (!enabled || requireKey) {
    return null;
  }
  const foreign = allowFrom.filter((range) => !isLoopback(range));
  const onlyOneHost = foreign.length === 1 && foreign.every(isHost);
  return foreign.length === 0 || onlyOneHost ? null : foreign.join(', ');
}

function isLoopback(range: string): boolean {
  const [address = '', bits] = range.split('/');
  return address === '::1' || (address.startsWith('127.') && Number(bits ?? 32) >= 8);
}

function isHost(range: string): boolean {
  const [address = '', bits] = range.split('/');
  return bits === undefined || Number(bits) === (address.includes(':') ? 128 : 32);
}
