import { GatewayError } from '../../app/domain/gateway-error.ts';
import type { CloseReport, Link } from '../../app/link/link.ts';

/**
 * A link in memory. What the host writes stands in `written`; a test answers with `deliver`, by
 * hand or from the `onWrite` hook (which may call `deliver` at once).
 */
export class FakeLink implements Link {
  readonly label: string = 'fake:modem';
  /** Each `write`, as Latin-1 text. */
  readonly written: string[] = [];
  onWrite: (text: string) => void = () => {};
  /** Set to make every further write reject with it. */
  writeError: GatewayError | null = null;
  closed = false;
  #data: (bytes: Uint8Array) => void = () => {};
  #close: (error: GatewayError | null) => void = () => {};

  write(bytes: Uint8Array): Promise<void> {
    if (this.closed || this.writeError !== null) {
      return Promise.reject(
        this.writeError ?? new GatewayError('link-lost', 'The link is closed.', { retry: 'later' }),
      );
    }
    const text = Buffer.from(bytes).toString('latin1');
    this.written.push(text);
    this.onWrite(text);
    return Promise.resolve();
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#data = listener;
  }

  onClose(listener: (error: GatewayError | null) => void): void {
    this.#close = listener;
  }

  close(): Promise<CloseReport> {
    if (!this.closed) {
      this.closed = true;
      this.#close(null);
    }
    return Promise.resolve({ hung: false });
  }

  /** All that the host wrote, joined. */
  text(): string {
    return this.written.join('');
  }

  /** Octets from the modem (a string is Latin-1). */
  deliver(bytes: string | Uint8Array): void {
    this.#data(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The modem vanishes. */
  drop(code = 'link-lost'): void {
    if (!this.closed) {
      this.closed = true;
      this.#close(new GatewayError(code, 'The modem is gone.', { retry: 'later' }));
    }
  }

  /** Answers each command line (without its CR) by `answers`; undefined means silence. */
  answer(answers: (command: string) => string | undefined): void {
    this.onWrite = (text) => {
      const reply = answers(text.replace(/\r$/, ''));
      if (reply !== undefined) {
        queueMicrotask(() => this.deliver(reply));
      }
    };
  }
}
