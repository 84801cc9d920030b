import type { AtCommand } from '../at-syntax.ts';
import type { ModemContext } from '../context.ts';
import { ERROR, type Outcome, ok } from '../outcome.ts';

/** Answers one command. */
export type Handler = (modem: ModemContext, command: AtCommand) => Outcome;
export type Handlers = Readonly<Record<string, Handler>>;

/** A command that is accepted and changes nothing. */
export const accepted: Handler = () => ok();

/** A command whose value is one whole number: `=?`, `?` and `=n`. */
export function numberSetting(
  name: string,
  min: number,
  max: number,
  get: (modem: ModemContext) => number,
  set: (modem: ModemContext, value: number) => void,
): Handler {
  return (modem, command) => {
    switch (command.form) {
      case 'test':
        return ok(`${name}: (${min}-${max})`);
      case 'read':
        return ok(`${name}: ${get(modem)}`);
      case 'set':
      case 'exec': {
        const value = wholeNumber(command.args[0] ?? '');
        if (value === null || value < min || value > max) {
          return ERROR;
        }
        set(modem, value);
        return ok();
      }
    }
  };
}

/** Digits as a number; null for anything else. */
export function wholeNumber(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
