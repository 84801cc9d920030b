import { connect, type Socket } from 'node:net';
import { encodeSubmit } from '../../app/pdu/index.ts';

/** To whom the bare client sends, so that its lines in a journal can be told apart. */
export const BARE_RECIPIENT = '+62800000000';

export interface BareFigures {
  /** Mean milliseconds from Ctrl-Z to `+CMGS`: what no program can shorten. */
  readonly ctrlZToResultMs: number;
  /** Parts per second of a program that writes nothing down. */
  readonly partsPerSecond: number;
}

/** Sends `parts` SMS to a simulated modem as fast as the dialogue allows, with no disk in between. */
export async function measureBare(port: number, parts: number): Promise<BareFigures> {
  const { pdu, tpduLength } = encodeSubmit({
    to: BARE_RECIPIENT,
    text: 'Kode Anda 123456',
    encoding: 'gsm7',
    concat: null,
    validitySeconds: null,
    statusReport: false,
    flash: false,
  });
  const modem = await Dialogue.open(port);
  for (const line of ['ATE0', 'AT+CMGF=0']) {
    await modem.say(`${line}\r`, /OK\r\n$/);
  }
  let resultMs = 0;
  const begunMs = performance.now();
  for (let i = 0; i < parts; i++) {
    await modem.say(`AT+CMGS=${tpduLength}\r`, /\r\n> $/);
    const ctrlZMs = performance.now();
    await modem.say(`${pdu}\x1a`, /\+CMGS: \d+\r\n\r\nOK\r\n$/);
    resultMs += performance.now() - ctrlZMs;
  }
  const tookMs = performance.now() - begunMs;
  modem.close();
  return { ctrlZToResultMs: resultMs / parts, partsPerSecond: (parts * 1_000) / tookMs };
}

class Dialogue {
  readonly #socket: Socket;
  #heard = '';
  #awaited: { readonly pattern: RegExp; readonly done: () => void } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#heard += chunk.toString('latin1');
      if (this.#awaited?.pattern.test(this.#heard) === true) {
        const { done } = this.#awaited;
        this.#awaited = null;
        done();
      }
    });
  }

  static open(port: number): Promise<Dialogue> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Dialogue(socket)));
      socket.once('error', reject);
    });
  }

  say(text: string, answer: RegExp): Promise<void> {
    this.#heard = '';
    return new Promise((done) => {
      this.#awaited = { pattern: answer, done };
      this.#socket.write(text, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
