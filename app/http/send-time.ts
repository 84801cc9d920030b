import type { Clock } from '../domain/clock.ts';
import { parseRfc3339 } from './rfc3339.ts';

const LATEST_SEND_AT_MS = 90 * 86_400_000;

/** A past time is kept: it means at once, and the same body must mean the same when repeated. */
export function readSendAt(written: string | null, clock: Clock): number | null | string {
  if (written === null) {
    return null;
  }
  const atMs = parseRfc3339(written);
  if (atMs === null) {
    return 'must be a time as in RFC 3339, for example 2026-11-21T07:00:00+07:00';
  }
  if (clock.trusted() && atMs - clock.nowMs() > LATEST_SEND_AT_MS) {
    return 'must be at most 90 days ahead';
  }
  return atMs;
}

/** A time that counts from acceptance and is over when the message first may be sent. */
export function endsBefore(
  sendAtMs: number | null,
  validitySeconds: number | null,
  clock: Clock,
): boolean {
  return (
    sendAtMs !== null &&
    validitySeconds !== null &&
    clock.trusted() &&
    sendAtMs - clock.nowMs() >= validitySeconds * 1_000
  );
}
