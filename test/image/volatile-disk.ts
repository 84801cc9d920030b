import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endOf } from './held-child.ts';

/** Until nbdkit listens. */
const START_TIMEOUT_MS = 30_000;

/**
 * A card with a write-back cache that dies with the machine: nbdkit keeps what the guest wrote in a file that nobody
 * else sees, and writes it to the card when the guest flushes. After `cutPower` the card holds what was flushed and
 * nothing else, as a real card may at worst.
 */
export class VolatileDisk {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  /** Path of the NBD socket. */
  readonly socket: string;
  #said = '';

  private constructor(file: string, socket: string) {
    this.socket = socket;
    const cache = ['--filter=cache', 'file', file, 'cache=writeback'];
    this.#child = spawn('nbdkit', ['-f', '-U', socket, ...cache], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    this.#ended = endOf(this.#child, (error) => {
      this.#said += String(error);
    });
  }

  /** @param file the raw card; the socket is made in `folder` */
  static async attach(file: string, folder: string): Promise<VolatileDisk> {
    const socket = join(folder, 'disk.sock');
    rmSync(socket, { force: true });
    const disk = new VolatileDisk(file, socket);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!existsSync(socket)) {
      if (Date.now() > deadline || disk.#child.exitCode !== null || /Error/.test(disk.#said)) {
        await disk.cutPower();
        throw new Error(`nbdkit did not start: ${disk.#said}`);
      }
      await sleep(20);
    }
    return disk;
  }

  /** As QEMU's `-drive file=` takes it. */
  get url(): string {
    return `nbd+unix:///?socket=${this.socket}`;
  }

  /** What was not flushed is lost. */
  async cutPower(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
