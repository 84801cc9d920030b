/** Connections kept free beyond the limit for `/status*` and `/health/*`, and how many one address gets. */
const RESERVED = 16;
const RESERVED_PER_ADDRESS = 4;

export type Admitted = 'open' | 'reserved' | 'refused';

/** Counts connections and decides about each new one. */
export interface Admission {
  readonly limit: number;
  readonly open: () => number;
  admit(address: () => string): Admitted;
  /** As they were at `admit`; the address matters for `reserved`. */
  release(admitted: Admitted, address: string): void;
  /** Runs when the last free place is taken, and when one in ten is free again. */
  readonly onFull: (listener: (full: boolean) => void) => void;
}

export function admission(limit: number): Admission {
  const roomAgainAt = Math.floor(limit * 0.9);
  const reservedOf = new Map<string, number>();
  const listeners: ((full: boolean) => void)[] = [];
  let open = 0;
  let reserved = 0;
  let full = false;
  const tell = (now: boolean): void => {
    full = now;
    for (const listener of listeners) {
      listener(now);
    }
  };
  return {
    limit,
    open: () => open + reserved,
    admit: (address) => {
      if (open < limit) {
        open += 1;
        if (open >= limit && !full) {
          tell(true);
        }
        return 'open';
      }
      const who = address();
      const held = reservedOf.get(who) ?? 0;
      if (reserved >= RESERVED || held >= RESERVED_PER_ADDRESS) {
        return 'refused';
      }
      reserved += 1;
      reservedOf.set(who, held + 1);
      return 'reserved';
    },
    release: (admitted, address) => {
      if (admitted === 'open') {
        open -= 1;
        if (full && open <= roomAgainAt) {
          tell(false);
        }
      } else if (admitted === 'reserved') {
        const held = (reservedOf.get(address) ?? 1) - 1;
        reserved -= 1;
        if (held > 0) {
          reservedOf.set(address, held);
        } else {
          reservedOf.delete(address);
        }
      }
    },
    onFull: (listener) => {
      listeners.push(listener);
    },
  };
}
