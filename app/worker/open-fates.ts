import type { ModemId } from '../domain/ids.ts';
import type { PartRef } from '../outbox/contract.ts';

/**
 * For each modem, the last part that was handed over and has no result yet: in the air, of unknown
 * outcome, or left by an earlier process. A late `+CMGS` of that modem belongs to it and to nothing
 * else, until the next part is handed over.
 */
export class OpenFates {
  readonly #parts = new Map<ModemId, PartRef>();

  open(part: PartRef): void {
    this.#parts.set(part.modem, part);
  }

  close(modem: ModemId): void {
    this.#parts.delete(modem);
  }

  get(modem: ModemId): PartRef | null {
    return this.#parts.get(modem) ?? null;
  }
}
