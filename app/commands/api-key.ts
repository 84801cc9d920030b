import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { KeyId } from '../domain/ids.ts';
import type { Random } from '../domain/random.ts';
import type { Scope } from '../domain/scopes.ts';
import type { KeyRecord } from '../outbox/contract.ts';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 238 bits: beyond guessing. */
const KEY_LENGTH = 40;
const ID_LENGTH = 12;

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly allow: readonly string[];
}

/** Makes a key (of the given text, if any): its text, which is shown once, and the record that is stored, with a hash only. */
export function makeApiKey(
  wanted: NewKey,
  nowMs: number,
  random: Random,
  text: string | null = null,
): { readonly key: string; readonly record: KeyRecord } {
  const key = text ?? `psg_${randomWord(KEY_LENGTH, random)}`;
  return {
    key,
    record: {
      id: `key_${randomWord(ID_LENGTH, random)}` as KeyId,
      name: wanted.name,
      hash: createHash('sha256').update(key).digest('hex'),
      scopes: wanted.scopes,
      allow: wanted.allow,
      createdAtMs: nowMs,
      revokedAtMs: null,
    },
  };
}

/** Base-62 text without bias: octets from 248 up are thrown away. */
function randomWord(length: number, random: Random): string {
  let word = '';
  while (word.length < length) {
    for (const byte of random(length)) {
      if (byte < 248 && word.length < length) {
        word += LETTERS[byte % 62] ?? '';
      }
    }
  }
  return word;
}

/** An address or a CIDR range, IPv4 or IPv6. */
export function isAddressRange(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
  const length = prefix === undefined ? 0 : /^\d{1,3}$/.test(prefix) ? Number(prefix) : 999;
  return bits > 0 && rest.length === 0 && length <= bits;
}
