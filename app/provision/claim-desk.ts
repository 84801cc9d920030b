import type { Clock } from '../domain/clock.ts';
import type { Disk } from '../domain/disk.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { matches, readClaimCode, type SecretMark } from './claim-code.ts';

export type Claim =
  | { readonly kind: 'accepted' | 'wrong' | 'none' }
  | { readonly kind: 'wait'; readonly waitMs: number };

/**
 * Takes the one-time code that makes the first person who logs in the owner. It opens once: its file
 * is gone before the answer. Each boot makes a new one until a password is set.
 */
export class ClaimDesk {
  readonly #file: string;
  readonly #disk: Pick<Disk, 'read' | 'remove'>;
  readonly #limit: AttemptLimit;

  constructor(runDir: string, disk: Pick<Disk, 'read' | 'remove'>, clock: Clock) {
    this.#file = `${runDir}/claim.json`;
    this.#disk = disk;
    this.#limit = new AttemptLimit(clock);
  }

  claim(typed: string, address: string): Claim {
    const waitMs = this.#limit.waitMs(address);
    if (waitMs > 0) {
      return { kind: 'wait', waitMs };
    }
    const stored = this.#disk.read(this.#file);
    if (stored === null) {
      return { kind: 'none' };
    }
    const code = readClaimCode(typed);
    if (code === null || !matches(JSON.parse(stored.toString()) as SecretMark, code)) {
      this.#limit.wrong(address);
      return { kind: 'wrong' };
    }
    this.#disk.remove(this.#file);
    this.#limit.right(address);
    return { kind: 'accepted' };
  }
}
