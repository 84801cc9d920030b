import { setTimeout as sleep } from 'node:timers/promises';
import { Guest } from './guest.ts';
import type { PreparedCard } from './prepared-card.ts';
import type { UsbModem } from './usb-modem.ts';
import { VolatileDisk } from './volatile-disk.ts';

/** A guest whose card forgets what was not flushed when the power goes. */
export class FragileGuest {
  readonly guest: Guest;
  readonly #disk: VolatileDisk;

  private constructor(guest: Guest, disk: VolatileDisk) {
    this.guest = guest;
    this.#disk = disk;
  }

  /** Powers it on and returns at once. */
  static async powerOn(card: PreparedCard, modem?: UsbModem): Promise<FragileGuest> {
    const disk = await VolatileDisk.attach(card.file, card.folder);
    const guest = await Guest.powerOn(card, { disk: disk.url, devices: modem?.devices ?? [] });
    return new FragileGuest(guest, disk);
  }

  /** Powers it on and waits until it accepts messages; on failure the power is cut. */
  static async start(card: PreparedCard, modem?: UsbModem): Promise<FragileGuest> {
    const box = await FragileGuest.powerOn(card, modem);
    try {
      await box.guest.answers('/health/ready');
      return box;
    } catch (error) {
      await box.cutPower();
      throw error;
    }
  }

  /** Both at once; the machine first, so that nothing is acknowledged that the card no longer takes. */
  async cutPower(): Promise<void> {
    await Promise.all([this.guest.cutPower(), this.#disk.cutPower()]);
  }

  /** In order: everything is flushed. */
  async powerOff(): Promise<void> {
    await this.guest.powerOff();
    await this.#disk.cutPower();
  }
}

/** Waits until the network took so many further parts, then for a random while: somewhere in the work. */
export async function somewhereInTheWork(
  { guest }: FragileGuest,
  modem: UsbModem,
  parts: number,
  timeoutMs: number,
): Promise<void> {
  const before = modem.journal().length;
  const hasSent = (): boolean => modem.journal().length >= before + parts;
  await guest.machine.waitFor(`${parts} more parts in the network`, hasSent, timeoutMs, 100);
  await sleep(Math.random() * 5_000);
}
