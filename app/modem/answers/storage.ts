import type { PairedPdu } from '../../at/at-types.ts';
import { fieldsOf, lineWith, numberIn } from './fields.ts';

export interface StoreUse {
  readonly used: number;
  readonly total: number;
}

/**
 * How full the memories are, from the answer of `+CPMS=…` (`u,t,u,t,u,t`) or `+CPMS?` (`"SM",u,t,…`),
 * in its order: the one that is read first, the one that messages come in to last (27.005 §3.2.2).
 */
export function parseStoreUses(lines: readonly string[]): StoreUse[] {
  const line = lineWith(lines, '+CPMS:');
  const numbers =
    line === null
      ? []
      : fieldsOf(line)
          .map(numberIn)
          .filter((each) => each !== null);
  const uses: StoreUse[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    uses.push({ used: numbers[at] ?? 0, total: numbers[at + 1] ?? 0 });
  }
  return uses;
}

/** The stores that `+CPMS=?` offers, one set for each of up to three memories. */
export function parseOfferedStores(lines: readonly string[]): readonly Set<string>[] {
  const line = lineWith(lines, '+CPMS:');
  return line === null
    ? []
    : fieldsOf(line).map(
        (field) =>
          new Set(
            field
              .replace(/[()]/g, '')
              .split(',')
              .map((name) => name.trim()),
          ),
      );
}

export interface StoredPdu {
  readonly index: number;
  /** 0 received unread, 1 received read, 2 stored unsent, 3 stored sent (27.005 §3.1 `<stat>`). */
  readonly stat: number;
  readonly pdu: string;
}

/** What `+CMGL` lists: `+CMGL: index,stat,[alpha],length`, each with its PDU. */
export function parseList(pdus: readonly PairedPdu[]): StoredPdu[] {
  const found: StoredPdu[] = [];
  for (const { header, pdu } of pdus) {
    const [index, stat] = fieldsOf(header).map(numberIn);
    if (header.startsWith('+CMGL:') && typeof index === 'number') {
      found.push({ index, stat: stat ?? 1, pdu: pdu.trim().toUpperCase() });
    }
  }
  return found;
}

/** `+CMGR: stat,[alpha],length` and its PDU; null for an empty slot, in any of the ways to say so. */
export function parseRead(pdus: readonly PairedPdu[]): Omit<StoredPdu, 'index'> | null {
  const read = pdus.find(({ header }) => header.startsWith('+CMGR:'));
  return read === undefined || read.pdu.trim() === ''
    ? null
    : { stat: numberIn(fieldsOf(read.header)[0]) ?? 1, pdu: read.pdu.trim().toUpperCase() };
}

/** `+CMTI: "SM",3` and `+CDSI: "SM",3`: the slot. The store's name may lie, so it is not used. */
export function parseStoredNotice(
  line: string,
): { kind: 'message' | 'report'; index: number } | null {
  const kind = line.startsWith('+CMTI:') ? 'message' : line.startsWith('+CDSI:') ? 'report' : null;
  const index = numberIn(fieldsOf(line)[1]);
  return kind === null || index === null ? null : { kind, index };
}
