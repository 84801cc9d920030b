import type { Disk } from '../../app/domain/disk.ts';

export class PowerCut extends Error {}

/** Files in memory. The power may go before any step, or in the middle of a writing one. */
export class MemoryDisk implements Disk {
  readonly files: Map<string, Buffer> = new Map();
  readonly modes: Map<string, number> = new Map();
  /** Steps that changed something so far. */
  steps = 0;
  /** The power goes at this step; `half`: when half of it is done. */
  cutAt: { readonly step: number; readonly half: boolean } | null = null;

  put(path: string, data: string | Uint8Array): void {
    this.files.set(path, Buffer.from(data));
  }

  text(path: string): string | null {
    return this.files.get(path)?.toString() ?? null;
  }

  read(path: string, limitBytes: number = 1_048_576): Buffer | null {
    const data = this.files.get(path);
    return data === undefined ? null : Buffer.from(data.subarray(0, limitBytes + 1));
  }

  write(path: string, data: Uint8Array, mode: number): void {
    this.#step(() => this.put(path, data.subarray(0, data.length >> 1)));
    this.put(path, data);
    this.modes.set(path, mode);
  }

  rename(from: string, to: string): void {
    this.#step();
    const data = this.files.get(from);
    if (data === undefined) {
      throw new Error(`no ${from}`);
    }
    this.files.delete(from);
    this.files.set(to, data);
    this.modes.set(to, this.modes.get(from) ?? 0);
  }

  overwrite(path: string, data: Uint8Array): void {
    const old = this.files.get(path);
    if (old === undefined) {
      throw new Error(`no ${path}`);
    }
    const half = data.length >> 1;
    this.#step(() => this.put(path, Buffer.concat([data.subarray(0, half), old.subarray(half)])));
    this.put(path, data);
  }

  remove(path: string): void {
    this.#step();
    this.files.delete(path);
  }

  makeFolder(): void {}

  empty(path: string, last: string): void {
    const mark = `${path}/${last}`;
    const inside = [...this.files.keys()].filter(
      (each) => each.startsWith(`${path}/`) && each !== mark,
    );
    this.#step(() => this.#removeAll(inside.slice(0, inside.length >> 1)));
    this.#removeAll(inside);
    if (this.files.has(mark)) {
      this.#step();
      this.files.delete(mark);
    }
  }

  #removeAll(paths: readonly string[]): void {
    for (const path of paths) {
      this.files.delete(path);
    }
  }

  #step(halfOf: () => void = () => {}): void {
    this.steps += 1;
    if (this.cutAt?.step === this.steps) {
      if (this.cutAt.half) {
        halfOf();
      }
      throw new PowerCut();
    }
  }
}
