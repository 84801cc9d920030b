import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const RING = 65_536;

/** Compiles `fsync-meter.c` and reads what it measured; see there. */
export class FsyncMeter {
  readonly #library: string;
  readonly #file: string;

  constructor(folder: string) {
    this.#library = join(folder, 'fsync-meter.so');
    this.#file = join(folder, 'fsync-meter.data');
    const compiled = spawnSync(
      process.env['CC'] ?? 'cc',
      [
        '-shared',
        '-fPIC',
        '-O2',
        '-o',
        this.#library,
        resolve('test/support/fsync-meter.c'),
        '-ldl',
      ],
      { encoding: 'utf8' },
    );
    if (compiled.status !== 0) {
      throw new Error(`fsync-meter.c does not compile: ${compiled.stderr}`);
    }
  }

  /** For the processes to be measured; `delayMs` is added to each sync. */
  environment(delayMs: number = 0): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      FSYNC_METER: this.#file,
      FSYNC_DELAY_MS: String(delayMs),
    };
  }

  /** Syncs so far, and the median of the newest 65,536 in milliseconds. */
  read(): { readonly count: number; readonly p50Ms: number | null } {
    const data = readFileSync(this.#file);
    const count = Number(data.readBigUInt64LE(0));
    const micros = Array.from({ length: Math.min(count, RING) }, (_, i) =>
      data.readUInt32LE(8 + 4 * i),
    ).sort((a, b) => a - b);
    const middle = micros[Math.floor(micros.length / 2)];
    return { count, p50Ms: middle === undefined ? null : middle / 1_000 };
  }
}
