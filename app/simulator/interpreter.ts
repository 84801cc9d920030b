import { type AtCommand, parseCommands } from './at-syntax.ts';
import { COMMANDS } from './commands/index.ts';
import type { ModemContext } from './context.ts';
import { ERROR, errorLine, NONE, type Outcome, ok } from './outcome.ts';
import { Sender } from './send.ts';

/** Runs command lines and prints what comes of them (V.250 §5.3–5.7). */
export class Interpreter {
  readonly #modem: ModemContext;
  readonly #sender: Sender;

  /** `beforeSend` runs as each send begins. */
  constructor(modem: ModemContext, beforeSend: () => void) {
    this.#modem = modem;
    this.#sender = new Sender(modem, (outcome) => this.#print(outcome), beforeSend);
  }

  endPrompt(data: string, how: 'send' | 'abort'): void {
    if (how === 'abort') {
      this.#sender.abort();
    } else {
      this.#sender.send(data);
    }
  }

  /** The result that a cut connection left behind, once; else ''. */
  takeLateResult(): string {
    return this.#sender.takeLateResult();
  }

  /** Runs one command line; null stands for one that was too long. */
  run(text: string | null): void {
    if (text === null) {
      this.#print(ERROR);
      return;
    }
    // A modem looks for the two letters and passes over whatever stands before them (V.250 §5.2.1).
    const start = /at/i.exec(text);
    if (start === null) {
      return;
    }
    const commands = parseCommands(text.slice(start.index + 2).replace(/[^ -\uffff]/g, ''));
    if (commands === null) {
      this.#print(ERROR);
    } else {
      this.#runCommands(commands);
    }
  }

  /** Runs the commands of one line in order; the first that fails ends it. */
  #runCommands(commands: readonly AtCommand[]): void {
    const [first, ...rest] = commands;
    if (first === undefined) {
      this.#print(ok());
      return;
    }
    const settle = (outcome: Outcome): void => {
      if (outcome.kind === 'wait') {
        this.#modem.terminal.busy();
        this.#modem.after(outcome.ms, () => {
          this.#modem.terminal.ready(() => settle(outcome.finish()));
        });
      } else if (outcome.kind === 'ok' && rest.length > 0) {
        this.#printLines(outcome.lines);
        this.#runCommands(rest);
      } else {
        this.#print(outcome);
      }
    };
    settle(this.#runCommand(first));
  }

  #runCommand(command: AtCommand): Outcome {
    if (command.name === '+CMGS' || command.name === '+CMGW') {
      return command.form === 'test' ? ok() : this.#sender.begin(command);
    }
    const text = command.text.toUpperCase();
    if (this.#modem.profile.resetCommands.includes(text)) {
      this.#modem.after(20, () => this.#modem.reboot());
      return ok();
    }
    const answer = this.#modem.profile.answers[text];
    if (answer !== undefined) {
      return this.#fixedAnswer(answer);
    }
    const name = /^S\d+$/.test(command.name) ? 'S' : command.name;
    return COMMANDS.get(name)?.(this.#modem, command) ?? ERROR;
  }

  #fixedAnswer(template: string): Outcome {
    if (template === '') {
      return ok();
    }
    if (template.includes('{iccid}') && !this.#modem.sim.present) {
      return { kind: 'cme', code: 10 };
    }
    return ok(...this.#modem.fill(template).split('\r\n'));
  }

  #printLines(lines: readonly string[]): void {
    if (lines.length === 0) {
      return;
    }
    const text = `${lines.join('\r\n')}\r\n`;
    this.#modem.terminal.write(this.#modem.settings.verbose ? `\r\n${text}` : text);
  }

  #print(outcome: Outcome): void {
    if (outcome.kind === 'ok') {
      this.#printLines(outcome.lines);
    }
    const result = this.#resultOf(outcome);
    if (result !== null && !this.#modem.settings.quiet) {
      this.#modem.terminal.write(
        this.#modem.settings.verbose || result.numeric === null
          ? `\r\n${result.text}\r\n`
          : `${result.numeric}\r`,
      );
    }
    if (outcome !== NONE) {
      this.#modem.answered();
    }
  }

  #resultOf(outcome: Outcome): { text: string; numeric: number | null } | null {
    switch (outcome.kind) {
      case 'ok':
        return { text: 'OK', numeric: 0 };
      case 'error':
        return { text: 'ERROR', numeric: 4 };
      case 'result':
        return outcome;
      case 'cme':
      case 'cms':
        return { text: errorLine(outcome, this.#modem.settings.cmee), numeric: null };
      case 'wait':
      case 'none':
        return null;
    }
  }
}
