const CTRL_Z = '\x1a';

/** Knows the echo of a PDU, which modems print in one piece or several, with Ctrl-Z or without. */
export class PduEcho {
  #left = '';

  /** `pdu` is about to be written. */
  expect(pdu: string): void {
    this.#left = pdu.toUpperCase();
  }

  /** Whether `line` is the next piece of it. */
  takes(line: string): boolean {
    const sent = line.replace(CTRL_Z, '').toUpperCase();
    if (this.#left !== '' && sent !== '' && this.#left.startsWith(sent)) {
      this.#left = this.#left.slice(sent.length);
      return true;
    }
    return line === CTRL_Z;
  }
}
