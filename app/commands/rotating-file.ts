import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** A log file that never grows past `maxBytes`: the full one becomes `NAME.1`, the older is gone. */
export class RotatingFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #fd: number;
  #size: number;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#fd = openSync(path, 'a', 0o640);
    this.#size = fstatSync(this.#fd).size;
  }

  write(bytes: Uint8Array): void {
    if (this.#size + bytes.length > this.#maxBytes && this.#size > 0) {
      closeSync(this.#fd);
      renameSync(this.#path, `${this.#path}.1`);
      this.#fd = openSync(this.#path, 'a', 0o640);
      this.#size = 0;
    }
    writeSync(this.#fd, bytes);
    this.#size += bytes.length;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
