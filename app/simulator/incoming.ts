import type { ModemContext } from './context.ts';
import type { IncomingMessage } from './incoming-message.ts';
import type { MessageMemory } from './message-store.ts';
import { cms, type Outcome, ok } from './outcome.ts';
import { directLines } from './text-mode.ts';

/** Waiting in the network; more is dropped, and said in the log. */
const MAX_HELD = 20_000;
/** How long a program may take over `AT+CNMA` (23.040 leaves it to the modem; common is 15 s). */
const ACKNOWLEDGE_MS = 15_000;
const RETRY_MS = 10_000;

type Way =
  | { readonly to: 'hold' | 'direct' }
  | { readonly to: 'store'; readonly memory: MessageMemory };

/**
 * Brings messages to the program by the route of `AT+CNMI` (27.005 §3.4.1), or keeps them in the
 * network while there is no route, no room, no coverage or nobody listening.
 */
export class Incoming {
  readonly #modem: () => ModemContext;
  #reports: IncomingMessage[] = [];
  #messages: IncomingMessage[] = [];
  #owed: IncomingMessage | null = null;
  #cancelOwed: () => void = () => {};
  /** The program has had an answer on this connection, so it is listening. */
  #listening = false;

  constructor(modem: () => ModemContext) {
    this.#modem = modem;
  }

  get held(): { reports: number; messages: number } {
    return { reports: this.#reports.length, messages: this.#messages.length };
  }

  arrive(message: IncomingMessage): void {
    const queue = message.kind === 'deliver' ? this.#messages : this.#reports;
    if (queue.length >= MAX_HELD) {
      this.#modem().logger.warn({ kind: message.kind }, 'simulated network drops a held message');
      return;
    }
    queue.push(message);
    this.flush();
  }

  /** A program came or went. */
  listening(on: boolean): void {
    this.#listening = on;
    if (on) {
      this.flush();
    }
  }

  /** The modem restarted: what was not acknowledged stays in the network. */
  restart(): void {
    this.#cancelOwed();
    if (this.#owed !== null) {
      this.#putBack(this.#owed);
      this.#owed = null;
    }
  }

  /** Moves on whatever has a way now. */
  flush(): void {
    this.#reports = this.#drain(this.#reports, () => this.#wayOfReport());
    this.#messages = this.#drain(this.#messages, (message) => this.#wayOfMessage(message));
  }

  /** `AT+CNMA`: positive, or with `accepted` false the program refuses the message. */
  acknowledge(accepted: boolean): Outcome {
    const message = this.#owed;
    if (message === null) {
      return cms(340);
    }
    this.#cancelOwed();
    this.#owed = null;
    if (!accepted) {
      this.#modem().clock.schedule(RETRY_MS, () => this.arrive(message));
    }
    setImmediate(() => this.flush());
    return ok();
  }

  #drain(queue: IncomingMessage[], wayOf: (message: IncomingMessage) => Way): IncomingMessage[] {
    let taken = 0;
    for (const message of queue) {
      if (!this.#deliver(message, wayOf(message))) {
        break;
      }
      taken += 1;
    }
    return taken === 0 ? queue : queue.slice(taken);
  }

  /** False when the message has to wait. */
  #deliver(message: IncomingMessage, way: Way): boolean {
    const modem = this.#modem();
    if (!modem.radio.registered || modem.terminal.mode === 'prompt') {
      return false;
    }
    switch (way.to) {
      case 'hold':
        return false;
      case 'direct':
        if (this.#owed !== null || !this.#listening) {
          return false;
        }
        modem.urc(directLines(message, modem.settings.cmgf === 1));
        this.#expectAcknowledgement(message);
        return true;
      case 'store':
        return this.#store(message, way.memory);
    }
  }

  #expectAcknowledgement(message: IncomingMessage): void {
    const modem = this.#modem();
    if (modem.settings.csms === 0) {
      return;
    }
    this.#owed = message;
    this.#cancelOwed = modem.clock.schedule(ACKNOWLEDGE_MS, () => {
      // 27.005 §3.4.4: without an acknowledgement the routes are closed.
      const [mode = 0, , bm = 0, , bfr = 0] = modem.settings.cnmi;
      modem.settings.cnmi = [mode, 0, bm, 0, bfr];
      this.#owed = null;
      this.#putBack(message);
    });
  }

  #store(message: IncomingMessage, memory: MessageMemory): boolean {
    const modem = this.#modem();
    const place = modem.faults.stands('storageFull')
      ? null
      : (modem.stores.get(memory)?.add(message.pdu, 0) ?? null);
    if (place === null) {
      return false;
    }
    const [, mt = 0] = modem.settings.cnmi;
    if (message.kind === 'status-report') {
      const lies = modem.profile.reportLineLies;
      modem.urc(lies ? '+CDSI: "SM",0' : `+CDSI: "${memory}",${place}`);
    } else if (mt !== 0) {
      modem.urc(`+CMTI: "${memory}",${place}`);
    }
    return true;
  }

  #wayOfReport(): Way {
    const modem = this.#modem();
    const ds = modem.settings.cnmi[3] ?? 0;
    if (ds === 0 || !this.#listening) {
      return { to: 'hold' };
    }
    return ds === 1 ? { to: 'direct' } : { to: 'store', memory: modem.profile.reportMemory };
  }

  #wayOfMessage(message: IncomingMessage): Way {
    const { settings } = this.#modem();
    const mt = settings.cnmi[1] ?? 0;
    if (message.messageClass === 2) {
      return { to: 'store', memory: 'SM' };
    }
    if (message.messageClass === 0) {
      return mt === 0 ? { to: 'hold' } : { to: 'direct' };
    }
    return mt === 2 || (mt === 3 && message.messageClass === 3)
      ? { to: 'direct' }
      : { to: 'store', memory: settings.receiveMemory };
  }

  #putBack(message: IncomingMessage): void {
    (message.kind === 'deliver' ? this.#messages : this.#reports).unshift(message);
  }
}
