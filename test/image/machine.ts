import { type ChildProcess, spawn } from 'node:child_process';
import { firmware } from './built-image.ts';

/** QEMU machines: `virt` with U-Boot's own port to it, `bpim2u` from the card's SPL on. */
export type MachineKind = 'virt' | 'bpim2u';

/** A guest with a card, and what its serial port has said. Ended with SIGKILL, as a power cut would. */
export class Machine {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #said = '';

  constructor(kind: MachineKind, card: string, more: readonly string[] = ['-nic', 'none']) {
    const disk = `format=raw,file=${card}`;
    const virt =
      '-M virt -cpu cortex-a7 -smp 2 -m 1024 -device virtio-blk-device,drive=sd -drive if=none,id=sd,';
    const machine =
      kind === 'virt'
        ? `-bios ${firmware('qemu_arm', 'u-boot.bin')} ${virt}${disk}`
        : `-M bpim2u -m 1G -drive if=sd,${disk}`;
    const common = '-display none -monitor none -serial stdio';
    this.#child = spawn('qemu-system-arm', [...`${machine} ${common}`.split(' '), ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const take = (chunk: Buffer): void => {
      this.#said += chunk.toString('latin1');
    };
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', (error) => {
        this.#said += String(error);
        resolve();
      });
    });
  }

  /** All that the serial port said. */
  get said(): string {
    return this.#said;
  }

  /** The slot lines that the boot script printed, one for each start. */
  get starts(): string[] {
    return [...this.#said.matchAll(/pisang: (slot=.*?)\r?\n/g)].map((match) => match[1] ?? '');
  }

  /** Resolves when the serial port has said this; rejects with its last lines when it did not in time or QEMU ended. */
  async until(pattern: RegExp, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!pattern.test(this.#said)) {
      if (Date.now() > deadline || this.#child.exitCode !== null) {
        throw new Error(
          `no ${pattern} within ${timeoutMs} ms; the last lines:\n${this.#said.slice(-3000)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async cutPower(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
