import type { AtError } from './at-types.ts';

/** Wordings of `+CME ERROR` under `AT+CMEE=2` (27.007 §9.2), in lower case. */
const CME: Readonly<Record<string, number>> = {
  'operation not allowed': 3,
  'operation not supported': 4,
  'ph-sim pin required': 5,
  'sim not inserted': 10,
  'sim pin required': 11,
  'sim puk required': 12,
  'sim failure': 13,
  'sim busy': 14,
  'sim wrong': 15,
  'incorrect password': 16,
  'sim pin2 required': 17,
  'sim puk2 required': 18,
  'memory full': 20,
  'invalid index': 21,
  'not found': 22,
  'memory failure': 23,
  'text string too long': 24,
  'no network service': 30,
  'network timeout': 31,
  'unknown error': 100,
  unknown: 100,
};

/** Wordings of `+CMS ERROR` (27.005 §3.2.5). */
const CMS: Readonly<Record<string, number>> = {
  'me failure': 300,
  'sms service of me reserved': 301,
  'operation not allowed': 302,
  'operation not supported': 303,
  'invalid pdu mode parameter': 304,
  'invalid text mode parameter': 305,
  'sim not inserted': 310,
  'sim pin required': 311,
  'ph-sim pin required': 312,
  'sim failure': 313,
  'sim busy': 314,
  'sim wrong': 315,
  'sim puk required': 316,
  'sim pin2 required': 317,
  'sim puk2 required': 318,
  'memory failure': 320,
  'invalid memory index': 321,
  'memory full': 322,
  'smsc address unknown': 330,
  'no network service': 331,
  'network timeout': 332,
  'no +cnma acknowledgement expected': 340,
  'unknown error': 500,
};

/** The code of an error line's text, written as a number or in words; null when it is neither. */
export function errorCode(kind: AtError['kind'], text: string): number | null {
  if (/^\d{1,5}$/.test(text)) {
    return Number(text);
  }
  const words = text.toLowerCase();
  const table = kind === 'cme' ? CME : CMS;
  return Object.hasOwn(table, words) ? (table[words] ?? null) : null;
}
