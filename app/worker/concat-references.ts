import type { Random } from '../domain/random.ts';

const KEPT_RECIPIENTS = 10_000;

/**
 * Concatenation references (23.040 §9.2.3.24.1, one octet). They count up per recipient, because a
 * phone that gets two long messages with one reference mixes their parts. Bounded; starts anywhere.
 */
export class ConcatReferences {
  readonly #random: Random;
  readonly #last = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** 0–255, different from the recipient's last 255 ones. */
  next(recipient: string): number {
    const last = this.#last.get(recipient) ?? this.#random(1)[0] ?? 0;
    const reference = (last + 1) % 256;
    this.#last.delete(recipient);
    this.#last.set(recipient, reference);
    if (this.#last.size > KEPT_RECIPIENTS) {
      const oldest = this.#last.keys().next().value;
      if (oldest !== undefined) {
        this.#last.delete(oldest);
      }
    }
    return reference;
  }
}
