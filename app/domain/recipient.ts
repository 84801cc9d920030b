import { createRequire } from 'node:module';
import type { Recipient } from './message.ts';

type ParsePhoneNumber = typeof import('libphonenumber-js/min').parsePhoneNumberFromString;

const E164 = /^\+[1-9][0-9]{7,14}$/;
const SHORT_CODE = /^[0-9]{3,8}$/;
/** What people put between digits: spaces, dots, dashes, brackets, slashes. */
const SEPARATORS = /[\s\u00a0().\-\u2010-\u2013/]/g;
const WRITTEN_NUMBER = /^\+?[0-9\s\u00a0().\-\u2010-\u2013/]+$/;
/** 15 digits with generous separators; longer input is no telephone number. */
const LONGEST_INPUT = 40;
const CACHE_ENTRIES = 4096;

/**
 * Turns what a caller wrote into a `Recipient`, or null when it can be none:
 * `+` and 8–15 digits (E.164) as they stand, 3–8 digits as a short code, anything else as a number
 * of `region` in its own national writing.
 */
export type RecipientReader = (written: string) => Recipient | null;

/** `region`: ISO 3166-1 alpha-2. The numbering plans are read at the first national number. */
export function recipientReader(region: string): RecipientReader {
  const national = new Map<string, Recipient | null>();
  return (given) => {
    const written = given.trim();
    if (E164.test(written)) {
      return { address: written, kind: 'international' };
    }
    if (written.length > LONGEST_INPUT || !WRITTEN_NUMBER.test(written)) {
      return null;
    }
    const digits = written.replaceAll(SEPARATORS, '');
    if (E164.test(digits)) {
      return { address: digits, kind: 'international' };
    }
    if (SHORT_CODE.test(digits)) {
      return { address: digits, kind: 'short-code' };
    }
    if (digits.startsWith('+') || digits.length < 3) {
      return null;
    }
    const known = national.get(digits);
    if (known !== undefined) {
      return known;
    }
    if (national.size >= CACHE_ENTRIES) {
      national.clear();
    }
    const recipient = readNational(digits, region);
    national.set(digits, recipient);
    return recipient;
  };
}

let parsePhoneNumber: ParsePhoneNumber | null = null;

function readNational(digits: string, region: string): Recipient | null {
  parsePhoneNumber ??= (
    createRequire(import.meta.url)('libphonenumber-js/min') as {
      parsePhoneNumberFromString: ParsePhoneNumber;
    }
  ).parsePhoneNumberFromString;
  const parsed = parsePhoneNumber(digits, {
    defaultCountry: region as NonNullable<ReturnType<ParsePhoneNumber>>['country'] & string,
    extract: false,
  });
  return parsed?.isPossible() && E164.test(parsed.number)
    ? { address: parsed.number, kind: 'international' }
    : null;
}
