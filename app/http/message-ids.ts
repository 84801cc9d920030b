import type { Clock } from '../domain/clock.ts';
import type { MessageId } from '../domain/ids.ts';
import type { Random } from '../domain/random.ts';

const POOL_IDS = 512;
/** 74 random bits are needed (RFC 9562 §5.7); 10 octets give 80. */
const OCTETS_PER_ID = 10;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, '0'),
);

/**
 * UUIDv7 text like `domain/ids` makes, from a pool of random octets and with the time part kept for
 * its millisecond: one system call per 512 ids.
 */
export function messageIds(clock: Clock, random: Random): () => MessageId {
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;
  let timeMs = -1;
  let time = '';
  const hex = (octet: number): string => HEX[octet] ?? '';
  const next = (): number => pool[used++] ?? 0;
  return () => {
    if (used >= pool.length) {
      pool = random(POOL_IDS * OCTETS_PER_ID);
      used = 0;
    }
    const nowMs = clock.nowMs();
    if (nowMs !== timeMs) {
      const digits = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, '0').slice(-12);
      time = `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
      timeMs = nowMs;
    }
    return (time +
      hex(next()).charAt(1) +
      hex(next()) +
      '-' +
      hex(0x80 | (next() & 0x3f)) +
      hex(next()) +
      '-' +
      hex(next()) +
      hex(next()) +
      hex(next()) +
      hex(next()) +
      hex(next()) +
      hex(next())) as MessageId;
  };
}
