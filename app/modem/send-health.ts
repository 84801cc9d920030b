import type { SendOutcome } from './contract.ts';
import type { Rung } from './ladder.ts';

/** Why the modem needs help though it answers `AT`, and the mildest step that can help. */
export interface SendTrouble {
  readonly reason: string;
  readonly from: Rung;
}

/** Codes of failures that a modem gives when its radio side hangs while the network is fine. */
const DEAF_CODES: ReadonlySet<string> = new Set(['cms-332', 'cms-500', 'cms-38', 'cms-38-late']);
const MOST_WITHOUT_ANSWER = 2;
const MOST_DEAF = 3;

/** Watches the outcomes of sends for the signs of a hung modem. */
export class SendHealth {
  #withoutPrompt = 0;
  #withoutAnswer = 0;
  #deaf = 0;

  /** The trouble that this outcome completes, or null. `signalGood`: registered, and heard well. */
  note(outcome: SendOutcome, signalGood: boolean): SendTrouble | null {
    const code = codeOf(outcome);
    this.#withoutPrompt = code === 'no-prompt' ? this.#withoutPrompt + 1 : 0;
    this.#withoutAnswer = code === 'no-answer' ? this.#withoutAnswer + 1 : 0;
    this.#deaf = code !== null && DEAF_CODES.has(code) && signalGood ? this.#deaf + 1 : 0;
    if (this.#withoutPrompt >= MOST_WITHOUT_ANSWER) {
      return this.#begin({ reason: 'no prompt for an SMS', from: 'resync' });
    }
    if (this.#withoutAnswer >= MOST_WITHOUT_ANSWER) {
      return this.#begin({ reason: 'no result for an SMS', from: 'radio-cycle' });
    }
    if (this.#deaf >= MOST_DEAF) {
      return this.#begin({
        reason: 'every SMS fails though the signal is good',
        from: 'radio-cycle',
      });
    }
    return null;
  }

  #begin(trouble: SendTrouble): SendTrouble {
    this.#withoutPrompt = 0;
    this.#withoutAnswer = 0;
    this.#deaf = 0;
    return trouble;
  }
}

function codeOf(outcome: SendOutcome): string | null {
  switch (outcome.kind) {
    case 'unknown':
    case 'not-handed-over':
      return outcome.code;
    case 'refused':
      return `${outcome.error.kind}-${outcome.error.code}`;
    case 'sent':
    case 'gone':
    case 'already-sent':
      return null;
  }
}

/** Outcomes after which the modem's settings and SIM are worth a look before the next part. */
export function needsLook(outcome: SendOutcome): boolean {
  switch (outcome.kind) {
    case 'not-handed-over':
      return outcome.code === 'no-prompt';
    case 'unknown':
      return outcome.code === 'no-answer' || outcome.code === 'bare-error';
    case 'refused':
      return (
        outcome.error.kind !== 'cms' || (outcome.error.code !== null && outcome.error.code >= 300)
      );
    case 'sent':
    case 'gone':
    case 'already-sent':
      return false;
  }
}
