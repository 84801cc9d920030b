import type { Socket } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { Random } from '../domain/random.ts';
import type { ModemContext } from './context.ts';
import type { Faults } from './faults.ts';
import type { Identity } from './identity.ts';
import { Incoming } from './incoming.ts';
import { Interpreter } from './interpreter.ts';
import { type MessageMemory, MessageStore } from './message-store.ts';
import type { Network } from './network.ts';
import type { ModemProfile } from './profiles.ts';
import { OPERATOR, Radio } from './radio.ts';
import { announceRegistration } from './registration.ts';
import { factorySettings, type Settings } from './settings.ts';
import { SimCard } from './sim-card.ts';
import { StandingFaults } from './standing-faults.ts';
import { Terminal } from './terminal.ts';

/** A restart: deaf, then the banner, then the SIM is read, then the network is found. */
const DEAF_MS = 300;
const SIM_MS = 300;
const SEARCH_MS = 300;
/** A late result reaches a new connection after this, as the rest of a buffer does. */
const LATE_RESULT_MS = 250;
/** A prompt that nobody ends is given up. */
const PROMPT_MS = 60_000;
/** Unasked lines waiting behind an open prompt. */
const MAX_WAITING_LINES = 1_000;

export interface ModemParts {
  readonly profile: ModemProfile;
  readonly identity: Identity;
  readonly network: Network;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sendMs: number;
  /** Called before each send. */
  readonly beforeSend: () => void;
}

/** The simulated modem: it owns the state and hands each command to its handler. */
export class Modem implements ModemContext {
  readonly profile: ModemProfile;
  readonly identity: Identity;
  readonly network: Network;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sendMs: number;
  readonly sim: SimCard = new SimCard();
  readonly radio: Radio = new Radio();
  readonly incoming: Incoming = new Incoming(() => this);
  readonly terminal: Terminal;
  readonly stores: ReadonlyMap<MessageMemory, MessageStore>;
  settings: Settings = factorySettings();
  smsc: string = OPERATOR.smsc;
  simReady = true;
  restarts = 0;
  readonly #interpreter: Interpreter;
  readonly #standing: StandingFaults;
  readonly #timers = new Set<() => void>();
  #powered = true;
  #deaf = false;
  #lastStat: number;
  #waitingLines: string[] = [];
  #cancelPrompt: () => void = () => {};

  constructor(parts: ModemParts) {
    this.profile = parts.profile;
    this.identity = parts.identity;
    this.network = parts.network;
    this.faults = parts.faults;
    this.clock = parts.clock;
    this.random = parts.random;
    this.logger = parts.logger;
    this.sendMs = parts.sendMs;
    this.stores = new Map(
      Object.entries(parts.profile.memories).map(([name, capacity]) => [
        name as MessageMemory,
        new MessageStore(capacity, parts.profile.firstIndex),
      ]),
    );
    this.terminal = new Terminal({
      line: (text) => this.#interpreter.run(text),
      prompt: (data, how) => {
        this.#cancelPrompt();
        this.#interpreter.endPrompt(data, how);
      },
      echo: () => this.settings.echo || this.faults.stands('echoOn'),
      deaf: () => this.#deaf || !this.#powered || this.faults.stands('hang'),
      splitBytes: () => this.faults.stands('splitBytes'),
    });
    this.#interpreter = new Interpreter(this, parts.beforeSend);
    this.#lastStat = this.radio.stat;
    this.#standing = new StandingFaults(this);
    this.faults.onChange(() => this.#standing.apply());
    this.#standing.apply();
  }

  /** Takes a program's connection in place of the one before. */
  connect(socket: Socket): void {
    this.incoming.listening(false);
    this.terminal.attach(socket);
    socket.on('close', () => {
      if (!this.terminal.connected) {
        this.incoming.listening(false);
      }
    });
    this.after(LATE_RESULT_MS, () => {
      if (this.terminal.connected) {
        this.terminal.write(this.#interpreter.takeLateResult());
      }
    });
  }

  urc(line: string): void {
    if (this.terminal.mode !== 'prompt') {
      this.terminal.write(`\r\n${line}\r\n`);
    } else if (this.#waitingLines.length < MAX_WAITING_LINES) {
      this.#waitingLines.push(line);
    }
  }

  after(delayMs: number, action: () => void): void {
    const begun = this.restarts;
    const cancel = this.clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      if (begun === this.restarts) {
        action();
      }
    });
    this.#timers.add(cancel);
  }

  reboot(): void {
    this.restarts += 1;
    this.settings = factorySettings();
    this.#waitingLines = [];
    this.#cancelPrompt();
    this.incoming.restart();
    this.incoming.listening(false);
    this.terminal.reset();
    this.sim.reset();
    this.simReady = false;
    Object.assign(this.radio, { functionality: 1, detached: false, searching: true });
    this.refresh();
    this.#deaf = true;
    this.after(DEAF_MS, () => {
      this.#deaf = false;
      for (const line of this.profile.bootLines) {
        this.urc(line);
      }
      this.after(SIM_MS, () => this.readSim());
    });
  }

  /** The supply goes off or comes back; off, the connection stays and nothing answers. */
  power(on: boolean): void {
    if (on && !this.#powered) {
      this.#powered = true;
      this.reboot();
    } else if (!on) {
      this.restarts += 1;
      this.#powered = false;
      this.terminal.reset();
      this.radio.functionality = 0;
    }
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** Reads the SIM, as after a start or when a card was put in, then looks for the network. */
  readSim(): void {
    this.simReady = true;
    if (this.sim.usable) {
      for (const line of this.profile.simReadyLines) {
        this.urc(line);
      }
    } else {
      this.urc(
        `+CPIN: ${!this.sim.present ? 'NOT INSERTED' : this.sim.lock === 'pin' ? 'SIM PIN' : 'SIM PUK'}`,
      );
    }
    this.after(SEARCH_MS, () => {
      this.radio.searching = false;
      this.refresh();
    });
  }

  refresh(): void {
    this.radio.simUsable = this.sim.usable && this.simReady;
    const { stat } = this.radio;
    if (stat !== this.#lastStat) {
      this.#lastStat = stat;
      announceRegistration(this);
    }
    this.incoming.flush();
  }

  close(): void {
    this.restarts += 1;
    this.#cancelPrompt();
    this.#standing.close();
    this.incoming.restart();
    for (const cancel of this.#timers) {
      cancel();
    }
    this.terminal.cut();
  }

  answered(): void {
    for (const line of this.#waitingLines.splice(0)) {
      this.urc(line);
    }
    this.incoming.listening(true);
  }

  fill(template: string): string {
    const values: Readonly<Record<string, string | number>> = {
      pin: this.sim.pinTries,
      puk: this.sim.pukTries,
      pin2: 3,
      puk2: 10,
      state: { ready: 'READY', pin: 'SIM PIN', puk: 'SIM PUK' }[this.sim.lock],
      iccid: this.identity.iccid,
      imei: this.identity.imei,
      csq: this.radio.csq,
    };
    return template.replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name] ?? ''));
  }

  /** Gives a prompt up that stays open too long. */
  watchPrompt(): void {
    this.#cancelPrompt();
    this.#cancelPrompt = this.clock.schedule(PROMPT_MS, () => {
      if (this.terminal.mode === 'prompt') {
        this.terminal.reset();
        this.#interpreter.endPrompt('', 'abort');
      }
    });
  }
}
