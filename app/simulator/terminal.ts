import type { Socket } from 'node:net';
import { TerminalOutput } from './terminal-output.ts';

const CR = 0x0d;
const LF = 0x0a;
const CTRL_Z = 0x1a;
const ESC = 0x1b;
const BACKSPACE = 0x08;

/** A longer command line is answered with ERROR. */
const MAX_LINE = 1_024;
/** A longer message at the prompt is cut here, and so refused. */
const MAX_MESSAGE = 2_048;
/** Input waiting while the modem is busy; more is lost, as on a UART. */
const MAX_WAITING = 1_048_576;

export interface TerminalEvents {
  /** A command line came, without its end; null when it was too long. May call the terminal. */
  readonly line: (text: string | null) => void;
  /** The prompt ended: with Ctrl-Z, or with ESC. */
  readonly prompt: (data: string, how: 'send' | 'abort') => void;
  readonly echo: () => boolean;
  /** Neither input nor output passes (a hang, a restart). */
  readonly deaf: () => boolean;
  readonly splitBytes: () => boolean;
}

/**
 * The modem's end of the line: one connection at a time, octets in and out. It knows command lines, the prompt of a send and being busy, and keeps that state when the connection changes, as
 * a modem does when a program closes its port.
 */
export class Terminal {
  readonly #events: TerminalEvents;
  readonly #output: TerminalOutput;
  #mode: 'command' | 'prompt' | 'busy' = 'command';
  #textPrompt = false;
  #line: number[] = [];
  #overlong = false;
  #input: Buffer[] = [];
  #inputLength = 0;
  /** How often waiting input was dropped. */
  #drops = 0;
  #pumping = false;

  constructor(events: TerminalEvents) {
    this.#events = events;
    this.#output = new TerminalOutput(() => events.splitBytes());
  }

  get connected(): boolean {
    return this.#output.socket !== null;
  }

  get mode(): 'command' | 'prompt' | 'busy' {
    return this.#mode;
  }

  /** Takes a new connection; an old one ends, as a port does that is opened anew elsewhere. */
  attach(socket: Socket): void {
    this.cut();
    this.#output.connect(socket);
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#output.socket === socket) {
        this.#output.disconnect();
        this.#forgetInput();
      }
    });
  }

  /** Ends the connection after what was written. */
  cut(): void {
    const { socket } = this.#output;
    this.#output.flush();
    this.#output.disconnect();
    this.#forgetInput();
    socket?.destroySoon();
  }

  /** Sends octets to whoever is connected; they are lost when nobody is, or nobody reads. */
  write(data: string | Buffer): void {
    if (data.length === 0 || !this.connected || this.#events.deaf()) {
      return;
    }
    this.#output.hold(typeof data === 'string' ? Buffer.from(data, 'utf8') : data);
    if (!this.#pumping) {
      this.#output.flush();
    }
  }

  /** The modem works and takes no command until `ready`. */
  busy(): void {
    this.#mode = 'busy';
  }

  /** The modem is done: `result` prints what came of it, then waiting input is read. */
  ready(result: () => void): void {
    if (this.#mode === 'busy') {
      this.#mode = 'command';
    }
    this.#pumping = true;
    result();
    this.#pumping = false;
    this.#pump();
  }

  /** Shows the prompt; `events.prompt` tells how it ended. With `text`, line ends belong to the message. */
  openPrompt(prompt: string, text: boolean): void {
    this.#mode = 'prompt';
    this.#textPrompt = text;
    this.#line = [];
    this.write(prompt);
    this.#pump();
  }

  /** Leaves prompt and busyness without a word, as a restart does. */
  reset(): void {
    this.#mode = 'command';
    this.#forgetInput();
  }

  #forgetInput(): void {
    this.#drops += 1;
    this.#input = [];
    this.#inputLength = 0;
    if (this.#mode !== 'prompt') {
      this.#line = [];
      this.#overlong = false;
    }
  }

  #take(bytes: Buffer): void {
    if (this.#events.deaf() || this.#inputLength + bytes.length > MAX_WAITING) {
      return;
    }
    this.#input.push(bytes);
    this.#inputLength += bytes.length;
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) {
      return;
    }
    this.#pumping = true;
    for (;;) {
      const chunk = this.#mode === 'busy' ? undefined : this.#input.shift();
      if (chunk === undefined) {
        break;
      }
      this.#inputLength -= chunk.length;
      const drops = this.#drops;
      const used = this.#mode === 'prompt' ? this.#readPrompt(chunk) : this.#readCommand(chunk);
      // What ended the connection or the modem's work ended the rest of its input as well.
      if (used < chunk.length && drops === this.#drops) {
        this.#input.unshift(chunk.subarray(used));
        this.#inputLength += chunk.length - used;
      }
    }
    this.#pumping = false;
    this.#output.flush();
  }

  /** Reads up to the end of one command line; returns how much of the chunk that took. */
  #readCommand(chunk: Buffer): number {
    const end = chunk.findIndex((octet) => octet === CR || octet === LF);
    const used = end === -1 ? chunk.length : end + 1;
    if (this.#events.echo()) {
      const echoed = chunk[used - 1] === LF ? chunk.subarray(0, used - 1) : chunk.subarray(0, used);
      this.write(Buffer.from(echoed.filter((octet) => octet !== ESC)));
    }
    for (const octet of chunk.subarray(0, end === -1 ? used : end)) {
      if (octet === BACKSPACE) {
        this.#line.pop();
      } else if (this.#line.length < MAX_LINE) {
        this.#line.push(octet);
      } else {
        this.#overlong = true;
      }
    }
    if (end !== -1) {
      const text = Buffer.from(this.#line).toString('utf8');
      const overlong = this.#overlong;
      this.#line = [];
      this.#overlong = false;
      this.#events.line(overlong ? null : text);
    }
    return used;
  }

  /** Reads up to what ends the prompt; returns how much of the chunk that took. */
  #readPrompt(chunk: Buffer): number {
    const end = chunk.findIndex((octet) => octet === CTRL_Z || octet === ESC);
    const data = end === -1 ? chunk : chunk.subarray(0, end);
    for (const octet of data) {
      if (octet === BACKSPACE) {
        this.#line.pop();
      } else if (octet === CR || octet === LF) {
        if (this.#textPrompt && this.#line.length > 0 && octet === CR) {
          this.#line.push(LF);
        }
      } else if (this.#line.length < MAX_MESSAGE) {
        this.#line.push(octet);
      }
    }
    if (this.#events.echo() && data.length > 0) {
      this.write(this.#textPrompt ? echoOfText(data) : Buffer.from(data));
    }
    if (end === -1) {
      return chunk.length;
    }
    const message = Buffer.from(this.#line).toString('utf8');
    this.#line = [];
    this.#mode = 'command';
    this.#events.prompt(message, chunk[end] === CTRL_Z ? 'send' : 'abort');
    return end + 1;
  }
}

/** In text mode each line end of the message shows a new prompt. */
function echoOfText(data: Buffer): string {
  return data.toString('utf8').replaceAll('\r', '\r\n> ');
}
