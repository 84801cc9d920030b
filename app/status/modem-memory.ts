import { isAble } from '../domain/conditions/facts.ts';
import type { ModemId } from '../domain/ids.ts';
import type { ModemSnapshot } from '../domain/modem-snapshot.ts';

interface Memory {
  readonly imei: string | null;
  readonly iccid: string | null;
  readonly port: string;
  readonly renumberedAtMs: number | null;
  readonly replaced: { readonly part: 'modem' | 'sim'; readonly last4: string } | null;
  readonly failures: number;
}

export interface LastError {
  readonly code: string;
  readonly at: string;
  readonly day: string;
  readonly count: number;
}

/** What changed about the modems while this process looked: ports, cards, failures. */
export class ModemMemory {
  #byId = new Map<ModemId, Memory>();
  #lastError: LastError | null = null;
  #wasAble = false;

  /** Whether any modem could take messages since this process looks. */
  get wasAble(): boolean {
    return this.#wasAble;
  }

  get lastError(): LastError | null {
    return this.#lastError;
  }

  /** `at` is wall time as ISO text. */
  see(snapshots: readonly ModemSnapshot[], monotonicMs: number, at: string): void {
    this.#wasAble ||= snapshots.some(isAble);
    for (const snapshot of snapshots) {
      const before = this.#byId.get(snapshot.id);
      const imei = snapshot.imei ?? before?.imei ?? null;
      const iccid = snapshot.sim.iccid ?? before?.iccid ?? null;
      const otherModem = before?.imei !== null && before !== undefined && imei !== before.imei;
      const otherSim = before?.iccid !== null && before !== undefined && iccid !== before.iccid;
      const moved =
        before !== undefined &&
        snapshot.imei !== null &&
        snapshot.imei === before.imei &&
        snapshot.port !== before.port;
      const { rejectedInRow, noAnswerInRow, lastErrorCode } = snapshot.sending;
      const failures = rejectedInRow + noAnswerInRow;
      this.#byId.set(snapshot.id, {
        imei,
        iccid,
        port: snapshot.imei === null && before !== undefined ? before.port : snapshot.port,
        renumberedAtMs: moved ? monotonicMs : (before?.renumberedAtMs ?? null),
        replaced: otherModem
          ? { part: 'modem', last4: (imei ?? '').slice(-4) }
          : otherSim
            ? { part: 'sim', last4: (iccid ?? '').slice(-4) }
            : (before?.replaced ?? null),
        failures,
      });
      const more = Math.max(0, failures - (before?.failures ?? 0));
      if (lastErrorCode !== null && more > 0) {
        this.#note(lastErrorCode, at, more);
      }
    }
  }

  renumberedSecondsAgo(id: ModemId, monotonicMs: number): number | null {
    const at = this.#byId.get(id)?.renumberedAtMs ?? null;
    return at === null ? null : (monotonicMs - at) / 1000;
  }

  replaced(id: ModemId): Memory['replaced'] {
    return this.#byId.get(id)?.replaced ?? null;
  }

  #note(code: string, at: string, more: number): void {
    const day = at.slice(0, 10);
    const same = this.#lastError?.code === code && this.#lastError.day === day;
    this.#lastError = { code, at, day, count: more + (same ? (this.#lastError?.count ?? 0) : 0) };
  }
}
