import type { Clock } from '../domain/clock.ts';
import { septetsOfText, textOfSeptets } from '../pdu/gsm7-alphabet.ts';
import { packSeptets, unpackSeptets } from '../pdu/septets.ts';
import { parseUssd, type UssdAnswer } from './answers/ussd.ts';
import type { FamilyProfile } from './profiles.ts';
import type { Talk } from './talk.ts';

const CARRIAGE_RETURN = 0x0d;

/** What a technician may type: a code, or the digits of a menu. */
export function isUssdCode(code: string): boolean {
  return /^[0-9*#]{1,40}$/.test(code);
}

/**
 * One question to the network and its answer (27.007 §7.15). The answer comes as an unsolicited line,
 * which the session hands to `hear`. A menu that waits for a reply is closed.
 */
export class UssdDialogue {
  readonly #talk: Talk;
  readonly #profile: FamilyProfile;
  readonly #clock: Clock;
  #heard: ((answer: UssdAnswer) => void) | null = null;

  constructor(talk: Talk, profile: FamilyProfile, clock: Clock) {
    this.#talk = talk;
    this.#profile = profile;
    this.#clock = clock;
  }

  hear(line: string): void {
    const answer = parseUssd(line, this.#profile.ussd === 'packed-hex', textOfPacked);
    if (answer !== null) {
      this.#heard?.(answer);
    }
  }

  /** Resolves with the network's text, or with null when none came within `timeoutMs`. */
  async ask(code: string, timeoutMs: number): Promise<string | null> {
    const heard = new Promise<UssdAnswer | null>((resolve) => {
      const cancel = this.#clock.schedule(timeoutMs, () => resolve(null));
      this.#heard = (answer) => {
        cancel();
        resolve(answer);
      };
    });
    const text = this.#profile.ussd === 'packed-hex' ? packedHex(code) : code;
    try {
      const begun = await this.#talk.ask(`AT+CUSD=1,"${text}",15`, 15_000);
      if (!begun.ok) {
        this.#heard?.({ mode: 4, text: null });
      }
      const answer = await heard;
      if (answer === null || answer.mode === 1) {
        await this.#talk.ask('AT+CUSD=2', 5_000);
      }
      return answer?.text ?? null;
    } finally {
      this.#heard?.({ mode: 2, text: null });
      this.#heard = null;
    }
  }
}

/** 23.038 §6.1.2.3: a last septet that would read as `@` is filled with a carriage return. */
export function packedHex(code: string): string {
  const septets = septetsOfText(code) ?? new Uint8Array();
  const filled = septets.length % 8 === 7 ? Uint8Array.of(...septets, CARRIAGE_RETURN) : septets;
  return Buffer.from(packSeptets(filled)).toString('hex').toUpperCase();
}

export function textOfPacked(octets: Uint8Array): string {
  const septets = unpackSeptets(octets, Math.floor((octets.length * 8) / 7));
  const last = septets.at(-1);
  const filled = septets.length % 8 === 0 && (last === CARRIAGE_RETURN || last === 0);
  return textOfSeptets(filled ? septets.slice(0, -1) : septets);
}
