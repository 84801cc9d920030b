import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { firmware } from './built-image.ts';
import { endOf } from './held-child.ts';

/** QEMU machines: `virt` with U-Boot's own port to it, `bpim2u` from the card's SPL on. */
export type MachineKind = 'virt' | 'bpim2u';

/** USER_HZ of Linux on every machine that builds images. */
const TICKS_PER_SECOND = 100;
/** The serial port is also written to this file as it goes, for who wants to watch. */
const CONSOLE_FILE = process.env['GUEST_CONSOLE'];
/** A guest with a card, and what its serial port has said. Ended with SIGKILL, as a power cut would. */
export class Machine {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #said = '';

  /**
   * Powers it on. `virt` has 2 cores, 1 GB and, without `highmem`, a PCI bus that a kernel without LPAE reaches.
   * @param disk the card: a raw file, or `nbd+unix:///?socket=…`
   * @param more further arguments of QEMU; without any there is no network
   */
  constructor(kind: MachineKind, disk: string, more: readonly string[] = ['-nic', 'none']) {
    const drive = `format=raw,file=${disk}`;
    const virt =
      '-M virt,highmem=off -cpu cortex-a7 -smp 2 -m 1024 -device virtio-blk-device,drive=sd -drive if=none,id=sd,';
    const machine =
      kind === 'virt'
        ? `-bios ${firmware('qemu_arm', 'u-boot.bin')} ${virt}${drive}`
        : `-M bpim2u -m 1G -drive if=sd,${drive}`;
    const common = `${machine} -display none -monitor none -serial stdio`.split(' ');
    this.#child = spawn('qemu-system-arm', [...common, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const take = (chunk: Buffer): void => {
      this.#said += chunk.toString('latin1');
      if (CONSOLE_FILE !== undefined) appendFileSync(CONSOLE_FILE, chunk);
    };
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
    this.#ended = endOf(this.#child, (error) => {
      this.#said += String(error);
    });
  }

  /** Processor time that the emulator has taken since power-on, in whole seconds (proc_pid_stat(5): utime, stime). */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Math.round((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
  }

  /** All that the serial port said. */
  get said(): string {
    return this.#said;
  }

  get isOn(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The slot lines that the boot script printed, one for each start. */
  get starts(): string[] {
    return [...this.#said.matchAll(/pisang: (slot=.*?)\r?\n/g)].map((match) => match[1] ?? '');
  }

  /** Resolves when the serial port has said this; rejects with its last lines when it did not in time or QEMU ended. */
  async until(pattern: RegExp, timeoutMs: number): Promise<void> {
    await this.waitFor(String(pattern), () => pattern.test(this.#said), timeoutMs, 50);
  }

  /** Asks again and again until it holds; rejects with the serial port's last lines when it did not in time. */
  async waitFor(
    what: string,
    holds: () => boolean | Promise<boolean>,
    timeoutMs: number,
    pauseMs: number = 1_000,
  ): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await holds())) {
      if (Date.now() > deadline || !this.isOn) {
        const why = this.isOn ? `within ${timeoutMs} ms` : 'before the machine went off';
        throw new Error(`no ${what} ${why}; the last lines:\n${this.#said.slice(-3000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** Resolves when the guest has switched itself off. */
  async off(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    await this.#ended;
    clearTimeout(timer);
    if (this.#child.signalCode !== null)
      throw new Error(
        `not off within ${timeoutMs} ms; the last lines:\n${this.#said.slice(-3000)}`,
      );
  }

  async cutPower(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
