import { createServer, type Server, type Socket } from 'node:net';
import type { EncodedPdu } from '../../app/pdu/index.ts';

/** Fixed answers to what gammu 1.42 asks before it reads or sends. */
const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['AT+CGMI', 'pisang'],
  ['AT+CGMM', 'pisang'],
  ['AT+CGMR', '1'],
  ['AT+CGSN', '490154203237518'],
  ['AT+CIMI', '510101234567890'],
  ['AT+CSCS?', '+CSCS: "GSM"'],
  ['AT+CSCS=?', '+CSCS: ("GSM","HEX","UCS2")'],
  ['AT+CSCA?', '+CSCA: "+6281100000",145'],
  ['AT+CPMS=?', '+CPMS: ("SM"),("SM"),("SM")'],
]);

/**
 * Just enough of a modem for a peer's codec to be heard: it lists the given PDUs and notes those
 * that it is asked to send. For anything about AT itself there is the simulator.
 */
export class ScriptedModem {
  /** PDUs that a peer sent, as it wrote them. */
  readonly sent: string[] = [];
  readonly #stored: readonly EncodedPdu[];
  readonly #server: Server;

  constructor(stored: readonly EncodedPdu[]) {
    this.#stored = stored;
    this.#server = createServer((socket) => {
      this.#serve(socket);
    });
  }

  /** Resolves with the port on 127.0.0.1. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #serve(socket: Socket): void {
    let buffer = '';
    let atPrompt = false;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      buffer += bytes.toString('latin1');
      for (;;) {
        const end = buffer.indexOf(atPrompt ? '\u001a' : '\r');
        if (end < 0) return;
        const line = buffer.slice(0, end);
        socket.write(buffer.slice(0, end + 1), 'latin1');
        buffer = buffer.slice(end + 1);
        if (atPrompt) {
          this.sent.push(line);
          atPrompt = false;
          socket.write(`\r\n+CMGS: ${this.sent.length}\r\n\r\nOK\r\n`);
          continue;
        }
        const command = line.replaceAll('\u001b', '').trim();
        atPrompt = command.startsWith('AT+CMGS=');
        socket.write(atPrompt ? '\r\n> ' : this.#answer(command));
      }
    });
  }

  #answer(command: string): string {
    const count = this.#stored.length;
    const known = ANSWERS.get(command);
    if (command === '') return '';
    if (known !== undefined) return `\r\n${known}\r\n\r\nOK\r\n`;
    if (command === 'AT+CMGL=4') {
      const list = this.#stored.map(
        ({ pdu, tpduLength }, index) => `\r\n+CMGL: ${index + 1},1,,${tpduLength}\r\n${pdu}`,
      );
      return `${list.join('')}\r\n\r\nOK\r\n`;
    }
    if (command.startsWith('AT+CPMS="SM"')) {
      return `\r\n+CPMS: ${count},255,${count},255,${count},255\r\n\r\nOK\r\n`;
    }
    return /^AT(E1|\+CSCS=.*|\+CMEE=1|\+CMGF=0|\+CFUN=1)?$/.test(command)
      ? '\r\nOK\r\n'
      : '\r\nERROR\r\n';
  }
}
