import { scryptSync, timingSafeEqual } from 'node:crypto';
import type { Random } from '../domain/random.ts';

/** Crockford's base 32: no I, L, O or U, so that nothing is misread from a screen. */
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 50 bits. */
const CLAIM_LENGTH = 10;
const SHAPE = new RegExp(`^[${SYMBOLS}]{${CLAIM_LENGTH}}$`);
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** scrypt's N (RFC 7914 §2): what people choose needs a slow hash; 50 random bits hardly do. */
const COST_OF_CHOSEN = 16_384;
const COST_OF_RANDOM = 1_024;

/** What is stored of a secret that a person types; `salt` and `hash` in base64. */
export interface SecretMark {
  /** scrypt's N; r is 8 and p is 1. */
  readonly cost: number;
  readonly salt: string;
  readonly hash: string;
}

/** A new code as it is shown (`XXXXX-XXXXX`), and what is kept of it. */
export function makeClaimCode(random: Random): {
  readonly shown: string;
  readonly mark: SecretMark;
} {
  const symbols = [...random(CLAIM_LENGTH)].map((octet) => SYMBOLS[octet % 32] ?? '').join('');
  return {
    shown: `${symbols.slice(0, 5)}-${symbols.slice(5)}`,
    mark: markOf(symbols, random, COST_OF_RANDOM),
  };
}

/** What somebody typed, as it was meant: any case, spaces and dashes, O for 0, I and L for 1. */
export function readClaimCode(typed: string): string | null {
  const symbols = typed
    .slice(0, 64)
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return SHAPE.test(symbols) ? symbols : null;
}

export function markOf(secret: string, random: Random, cost: number = COST_OF_CHOSEN): SecretMark {
  const salt = Buffer.from(random(SALT_BYTES));
  const hash = scryptSync(secret.normalize('NFC'), salt, HASH_BYTES, { N: cost, r: 8, p: 1 });
  return { cost, salt: salt.toString('base64'), hash: hash.toString('base64') };
}

export function matches(mark: SecretMark, secret: string): boolean {
  const salt = Buffer.from(mark.salt, 'base64');
  const expected = Buffer.from(mark.hash, 'base64');
  const given = scryptSync(secret.normalize('NFC'), salt, HASH_BYTES, { N: mark.cost, r: 8, p: 1 });
  return expected.length === HASH_BYTES && timingSafeEqual(given, expected);
}
