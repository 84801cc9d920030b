import type { AtError, AtResult, CommandOptions, PairedPdu } from '../at/at-types.ts';
import { GatewayError } from '../domain/gateway-error.ts';

/** The answer to one command. `unanswered`: the modem lives, but said nothing to this. */
export interface Answer {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly pdus: readonly PairedPdu[];
  readonly error: AtError | null;
  readonly unanswered: boolean;
}

/** What a conversation needs of the channel. */
export interface Commands {
  command(text: string, options?: CommandOptions): Promise<AtResult>;
  resync(): Promise<boolean>;
}

/** So many commands without an answer in a row are a hang, though `AT` itself is answered. */
const MOST_UNANSWERED = 3;
const UNANSWERED: Answer = { ok: false, lines: [], pdus: [], error: null, unanswered: true };

/**
 * Asks one question at a time. `ask` rejects with `link-lost` when the port is gone, with `modem-reset`
 * when the modem restarted instead of answering, and with `modem-silent` when it answers nothing any
 * more; everything else is an answer.
 */
export class Talk {
  readonly #channel: Commands;
  readonly #onAnswer: () => void;
  #unansweredInRow = 0;

  constructor(channel: Commands, onAnswer: () => void) {
    this.#channel = channel;
    this.#onAnswer = onAnswer;
  }

  async ask(
    command: string,
    timeoutMs: number = 5_000,
    options: Pick<CommandOptions, 'anyText' | 'prefixes' | 'secret'> = {},
  ): Promise<Answer> {
    let result: AtResult;
    try {
      result = await this.#channel.command(command, { ...options, timeoutMs });
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'at-timeout') {
        return this.#afterSilence(command);
      }
      throw error;
    }
    this.#unansweredInRow = 0;
    this.#onAnswer();
    const { lines, pdus } = result;
    return {
      ok: result.ok,
      lines,
      pdus,
      error: result.ok ? null : result.error,
      unanswered: false,
    };
  }

  /** The first of `commands` that is answered with OK; the last answer when none is. */
  async firstOk(
    commands: readonly string[],
    timeoutMs?: number,
    options?: Pick<CommandOptions, 'anyText' | 'prefixes'>,
  ): Promise<Answer> {
    let answer = UNANSWERED;
    for (const command of commands) {
      answer = await this.ask(command, timeoutMs, options);
      if (answer.ok) {
        return answer;
      }
    }
    return answer;
  }

  async #afterSilence(command: string): Promise<Answer> {
    this.#unansweredInRow++;
    if (!(await this.#channel.resync())) {
      throw modemSilent(`no answer to ${nameOf(command)}`);
    }
    this.#onAnswer();
    if (this.#unansweredInRow >= MOST_UNANSWERED) {
      throw modemSilent(`only AT itself is answered, not ${nameOf(command)}`);
    }
    return UNANSWERED;
  }
}

export function modemSilent(reason: string): GatewayError {
  return new GatewayError('modem-silent', reason, { retry: 'safe' });
}

/** The command without its arguments: they may hold a PIN or a number. */
function nameOf(command: string): string {
  return command.replace(/[=?].*$/s, '');
}
