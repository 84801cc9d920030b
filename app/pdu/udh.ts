/** One information element of a user data header (23.040 §9.2.3.24). */
interface InformationElement {
  readonly id: number;
  readonly data: Uint8Array;
}

/** Which part of which long message an SMS is (23.040 §9.2.3.24.1 and .8). */
export interface Concatenation {
  /** 0–255, or 0–65,535 with 16 bits. */
  readonly reference: number;
  readonly bits: 8 | 16;
  /** 1–255. */
  readonly total: number;
  /** 1–`total`. */
  readonly number: number;
}

/** Application ports (23.040 §9.2.3.24.3 and .4). */
interface Ports {
  readonly destination: number;
  readonly originator: number;
}

export interface UserDataHeader {
  readonly elements: readonly InformationElement[];
  readonly concat: Concatenation | null;
  readonly ports: Ports | null;
  /** National language identifiers (23.038 §6.2.1.2.4), 0 where none is named. */
  readonly singleShift: number;
  readonly lockingShift: number;
  /** An element reached past the end of the header, or the header past the end of the data. */
  readonly malformed: boolean;
}

const CONCAT_8 = 0x00;
const CONCAT_16 = 0x08;
const PORTS_8 = 0x04;
const PORTS_16 = 0x05;
const SINGLE_SHIFT = 0x24;
const LOCKING_SHIFT = 0x25;

/** The whole header with its length octet. */
export function encodeConcatHeader(concat: Concatenation): number[] {
  const { reference, total, number } = concat;
  return concat.bits === 8
    ? [5, CONCAT_8, 3, reference & 0xff, total, number]
    : [6, CONCAT_16, 4, (reference >> 8) & 0xff, reference & 0xff, total, number];
}

/**
 * Reads the elements after the length octet. Elements with a wrong length or senseless values
 * are kept in `elements` and have no further effect; where one stands twice, the last counts.
 */
export function parseUserDataHeader(header: Uint8Array, complete: boolean): UserDataHeader {
  const elements: InformationElement[] = [];
  let malformed = !complete;
  let position = 0;
  while (position < header.length) {
    const id = header[position] ?? 0;
    const length = header[position + 1];
    if (length === undefined || position + 2 + length > header.length) {
      malformed = true;
      break;
    }
    elements.push({ id, data: header.subarray(position + 2, position + 2 + length) });
    position += 2 + length;
  }
  return {
    elements,
    concat: last(elements, concatOf),
    ports: last(elements, portsOf),
    singleShift: last(elements, (element) => languageOf(element, SINGLE_SHIFT)) ?? 0,
    lockingShift: last(elements, (element) => languageOf(element, LOCKING_SHIFT)) ?? 0,
    malformed,
  };
}

function last<T>(
  elements: readonly InformationElement[],
  read: (element: InformationElement) => T | null,
): T | null {
  let found: T | null = null;
  for (const element of elements) found = read(element) ?? found;
  return found;
}

function concatOf({ id, data }: InformationElement): Concatenation | null {
  const [a = 0, b = 0, c = 0, d = 0] = data;
  const concat: Concatenation | null =
    id === CONCAT_8 && data.length === 3
      ? { reference: a, bits: 8, total: b, number: c }
      : id === CONCAT_16 && data.length === 4
        ? { reference: (a << 8) | b, bits: 16, total: c, number: d }
        : null;
  return concat !== null && concat.number >= 1 && concat.number <= concat.total ? concat : null;
}

function portsOf({ id, data }: InformationElement): Ports | null {
  const [a = 0, b = 0, c = 0, d = 0] = data;
  if (id === PORTS_8 && data.length === 2) return { destination: a, originator: b };
  if (id === PORTS_16 && data.length === 4) {
    return { destination: (a << 8) | b, originator: (c << 8) | d };
  }
  return null;
}

function languageOf({ id, data }: InformationElement, wanted: number): number | null {
  return id === wanted && data.length === 1 ? (data[0] ?? null) : null;
}
