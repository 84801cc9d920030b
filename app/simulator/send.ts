import type { AtCommand } from './at-syntax.ts';
import { type ModemContext, simTrouble } from './context.ts';
import type { MessageState } from './message-store.ts';
import { cms, ERROR, NONE, type Outcome, ok } from './outcome.ts';
import { schedulePrecisely } from './precise-timer.ts';
import { chooseEnding, type Ending } from './send-endings.ts';
import { isPdu, type Submission, submissionFromPdu, submissionFromText } from './submission.ts';
import { tpduLength } from './text-mode.ts';

/** Line end, sign and space; no line end follows (27.005 §4.3). */
const PROMPT = '\r\n> ';

/** What the open prompt belongs to, and what disturbs its dialogue. */
interface OpenPrompt {
  readonly command: AtCommand;
  /** A foreign line, or ''. */
  readonly urc: string;
  readonly garbage: boolean;
}

/** One `AT+CMGS` or `AT+CMGW` after another: prompt, message, Ctrl-Z, the network's answer. */
export class Sender {
  readonly #modem: ModemContext;
  readonly #print: (outcome: Outcome) => void;
  readonly #beforeSend: () => void;
  #open: OpenPrompt | null = null;
  #lateResult = '';

  /** `print` is how the modem prints an outcome; `beforeSend` runs as each command begins. */
  constructor(modem: ModemContext, print: (outcome: Outcome) => void, beforeSend: () => void) {
    this.#modem = modem;
    this.#print = print;
    this.#beforeSend = beforeSend;
  }

  /** The command with the length (PDU mode) or the recipient (text mode) (27.005 §4.3, §3.5.1). */
  begin(command: AtCommand): Outcome {
    const modem = this.#modem;
    this.#beforeSend();
    const trouble = simTrouble(modem);
    if (trouble !== null) {
      return cms(trouble.cms);
    }
    const textMode = modem.settings.cmgf === 1;
    const argument = command.args[0] ?? '';
    if (textMode ? argument === '' : !/^\d{1,3}$/.test(argument)) {
      return cms(textMode ? 305 : 304);
    }
    if (command.name === '+CMGW') {
      this.#open = { command, urc: '', garbage: false };
      this.#prompt(textMode);
      return NONE;
    }
    const { faults } = modem;
    if (faults.strike('noPrompt')) {
      return NONE;
    }
    const refused = faults.strike('cmsAtPrompt');
    if (refused) {
      return cms(refused.number);
    }
    if (faults.strike('rebootBefore')) {
      modem.reboot();
      return NONE;
    }
    const urc = faults.strike('urcInMiddle');
    this.#open = {
      command,
      urc: urc === null ? '' : `\r\n${urc.line}\r\n`,
      garbage: faults.strike('garbage') !== null,
    };
    const late = faults.strike('latePrompt');
    if (late === null) {
      this.#promptOrDrop(textMode);
    } else {
      modem.terminal.busy();
      modem.after(late.number, () => {
        modem.terminal.ready(() => this.#promptOrDrop(textMode));
      });
    }
    return NONE;
  }

  /** The prompt ended with ESC, or was given up: nothing is sent. */
  abort(): void {
    this.#open = null;
    this.#print(ok());
  }

  /** The prompt ended with Ctrl-Z. */
  send(message: string): void {
    const modem = this.#modem;
    const startMs = modem.clock.monotonicMs();
    const open = this.#open;
    this.#open = null;
    if (open === null) {
      this.#print(ERROR);
      return;
    }
    if (open.command.name === '+CMGW') {
      this.#print(this.#store(message, open.command));
      return;
    }
    const { settings } = modem;
    const argument = open.command.args[0] ?? '';
    const submission =
      settings.cmgf === 1
        ? submissionFromText(message, argument, settings)
        : submissionFromPdu(message, Number(argument));
    const refusal =
      submission === null ? cms(settings.cmgf === 1 ? 305 : 304) : this.#refusal(submission);
    if (submission === null || refusal !== null) {
      this.#print(refusal ?? ERROR);
      return;
    }
    const ending = chooseEnding(modem.faults);
    if (modem.sendMs === 0) {
      this.#finish(submission, ending, open);
      return;
    }
    modem.terminal.busy();
    const { restarts } = modem;
    schedulePrecisely(modem.clock, startMs + modem.sendMs, () => {
      if (modem.restarts === restarts) {
        modem.terminal.ready(() => this.#finish(submission, ending, open));
      }
    });
  }

  /** The result that a cut connection left behind, once; else ''. */
  takeLateResult(): string {
    const late = this.#lateResult;
    this.#lateResult = '';
    return late;
  }

  #promptOrDrop(textMode: boolean): void {
    const { terminal, faults, random } = this.#modem;
    if (this.#open?.garbage) {
      terminal.write(noise(random));
    }
    terminal.write(this.#open?.urc ?? '');
    if (faults.strike('dropBeforeCtrlZ')) {
      this.#open = null;
      terminal.write(PROMPT);
      terminal.cut();
    } else {
      this.#prompt(textMode);
    }
  }

  #prompt(textMode: boolean): void {
    this.#modem.watchPrompt();
    this.#modem.terminal.openPrompt(PROMPT, textMode);
  }

  /** Why the modem itself will not try, or null. */
  #refusal({ fields }: Submission): Outcome | null {
    if (!this.#modem.radio.registered) {
      return cms(331);
    }
    return fields.smsc === null && this.#modem.smsc === '' ? cms(330) : null;
  }

  #finish(submission: Submission, ending: Ending, open: OpenPrompt): void {
    const { network, terminal, random } = this.#modem;
    if (ending.kind === 'refused') {
      this.#print(ending.outcome);
      return;
    }
    const reference = network.accept(submission);
    if (reference === null) {
      this.#print(cms(500));
      return;
    }
    const result = `\r\n+CMGS: ${reference}\r\n`;
    switch (ending.kind) {
      case 'silentAccepted':
        return;
      case 'acceptedThenError':
        this.#print(cms(ending.code));
        return;
      case 'dropAfterCtrlZ':
        terminal.cut();
        return;
      case 'rebootAfter':
        this.#modem.reboot();
        return;
      case 'lateResultNextConnection':
        this.#lateResult = `${result}\r\nOK\r\n`;
        terminal.cut();
        return;
      case 'lostOk':
        terminal.write(result);
        return;
      case 'normal':
        if (open.garbage) {
          terminal.write(noise(random));
        }
        terminal.write(open.urc + result + open.urc);
        this.#print(ok());
    }
  }

  /** `AT+CMGW=<length>[,<stat>]` (27.005 §4.4): puts a draft, or whatever `stat` says, into the memory. */
  #store(message: string, { args }: AtCommand): Outcome {
    const { settings, stores, faults } = this.#modem;
    const stat = args[1] ?? '2';
    const pdu =
      settings.cmgf === 1
        ? (submissionFromText(message, args[0] ?? '', settings)?.pdu ?? '')
        : message.trim().toUpperCase();
    const fits = settings.cmgf === 1 || tpduLength(pdu) === Number(args[0]);
    if (!isPdu(pdu) || !fits || !/^[0-3]$/.test(stat)) {
      return cms(304);
    }
    const place = faults.stands('storageFull')
      ? null
      : stores.get(settings.writeMemory)?.add(pdu, Number(stat) as MessageState);
    return place == null ? cms(322) : ok(`+CMGW: ${place}`);
  }
}

/** 24 random octets that end no line and show no prompt, as a bad contact gives them. */
function noise(random: ModemContext['random']): Buffer {
  return Buffer.from(
    random(24).map((octet) => ([0x0a, 0x0d, 0x3e, 0x1a, 0x1b].includes(octet) ? 0x80 : octet)),
  );
}
