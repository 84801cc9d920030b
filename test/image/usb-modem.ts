import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningSimulator, startSimulator } from '../../app/simulator/index.ts';
import { type Answer, ask } from '../support/ask.ts';
import { QUIET } from '../support/http-service.ts';
import { realClock } from '../support/real-clock.ts';
import type { JournalLine } from '../support/rig.ts';

/**
 * The simulated modem at the guest's USB: QEMU's USB-serial converter (FTDI) on an xHCI controller, its other end
 * connected to the simulator. The simulator runs in this process and outlives the guest's power.
 */
export class UsbModem {
  readonly #simulator: RunningSimulator;
  readonly #journal: string;

  private constructor(simulator: RunningSimulator, journal: string) {
    this.#simulator = simulator;
    this.#journal = journal;
  }

  /** @param sendMs from Ctrl-Z to the network's answer */
  static async start(folder: string, sendMs: number = 20): Promise<UsbModem> {
    const journalFile = join(folder, 'journal.jsonl');
    const common = { host: '127.0.0.1', port: 0, controlPort: 0, journalFile, sendMs };
    const deps = { logger: QUIET, clock: realClock, random: randomBytes };
    return new UsbModem(await startSimulator({ ...common, ...deps }), journalFile);
  }

  /** Arguments of QEMU that plug it in. */
  get devices(): string[] {
    const socket = `socket,id=modem,host=127.0.0.1,port=${this.#simulator.port},reconnect-ms=500`;
    const usb = ['-device', 'qemu-xhci,id=usb', '-chardev', socket];
    return [...usb, '-device', 'usb-serial,bus=usb.0,chardev=modem,serial=pisangtest'];
  }

  /** Every part that the network took. */
  journal(): JournalLine[] {
    try {
      const lines = readFileSync(this.#journal, 'utf8').split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalLine);
    } catch {
      return [];
    }
  }

  /** The simulator's control port. */
  control(method: string, path: string, body?: unknown): Promise<Answer> {
    return ask(this.#simulator.controlPort, method, path, body, {});
  }

  async close(): Promise<void> {
    await this.#simulator.close();
  }
}
