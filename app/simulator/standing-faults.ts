import type { Modem } from './modem.ts';

const NOISE_MS = 2_000;

/** What of the modem the standing faults move; `apply` acts on each that began or ended. */
export class StandingFaults {
  readonly #modem: Modem;
  #pin = false;
  #puk = false;
  #cancelNoise: (() => void) | null = null;

  constructor(modem: Modem) {
    this.#modem = modem;
  }

  apply(): void {
    const { faults, sim, radio } = this.#modem;
    if (faults.stands('pinRequired') !== this.#pin) {
      this.#pin = !this.#pin;
      sim.askForPin(this.#pin, false);
    }
    if (faults.stands('pukRequired') !== this.#puk) {
      this.#puk = !this.#puk;
      sim.block(this.#puk);
    }
    if (sim.present === faults.stands('simMissing')) {
      sim.present = !sim.present;
      sim.reset();
      this.#modem.readSim();
    }
    radio.lost = faults.stands('registrationLost');
    if (!faults.stands('noisyUrcs')) {
      this.close();
    } else if (this.#cancelNoise === null) {
      this.#makeNoise();
    }
    this.#modem.refresh();
  }

  close(): void {
    this.#cancelNoise?.();
    this.#cancelNoise = null;
  }

  #makeNoise(): void {
    const modem = this.#modem;
    this.#cancelNoise = modem.clock.schedule(NOISE_MS, () => {
      for (const line of modem.profile.noisyLines) {
        modem.urc(modem.fill(line));
      }
      this.#makeNoise();
    });
  }
}
