import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { Random } from '../domain/random.ts';
import type { Faults } from './faults.ts';
import type { Identity } from './identity.ts';
import type { Incoming } from './incoming.ts';
import type { MessageMemory, MessageStore } from './message-store.ts';
import type { Network } from './network.ts';
import type { ModemProfile } from './profiles.ts';
import type { Radio } from './radio.ts';
import type { Settings } from './settings.ts';
import type { SimCard } from './sim-card.ts';
import type { Terminal } from './terminal.ts';

/** The whole modem, as its commands see it. */
export interface ModemContext {
  readonly profile: ModemProfile;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly faults: Faults;
  readonly sim: SimCard;
  readonly radio: Radio;
  readonly network: Network;
  readonly incoming: Incoming;
  readonly terminal: Terminal;
  readonly stores: ReadonlyMap<MessageMemory, MessageStore>;
  /** Time from Ctrl-Z to the network's answer. */
  readonly sendMs: number;
  settings: Settings;
  /** Number of the short message service centre on the SIM, or ''. */
  smsc: string;
  /** How often the modem restarted; what was begun before the last one is void. */
  readonly restarts: number;
  /** The SIM was read since the last start. */
  simReady: boolean;
  /** Prints an unasked line, behind an open prompt where there is one. */
  urc(line: string): void;
  /** Fills the placeholders of a line of the profile. */
  fill(template: string): string;
  /** A result was printed: lines that waited come out, and the program is known to listen. */
  answered(): void;
  /** Runs `action` later unless the modem restarts before. */
  after(delayMs: number, action: () => void): void;
  /** Gives the prompt that opens now up after a minute. */
  watchPrompt(): void;
  /** Restarts: settings are forgotten, the SIM is read anew. */
  reboot(): void;
  /** Looks again at SIM and network after something changed, and tells who asked to be told. */
  refresh(): void;
}

/** Why the SIM refuses, as CME and CMS codes; null while it works. */
export function simTrouble(modem: ModemContext): { cme: number; cms: number } | null {
  if (!modem.sim.present) {
    return { cme: 10, cms: 310 };
  }
  if (!modem.simReady) {
    return { cme: 14, cms: 314 };
  }
  if (modem.sim.lock === 'ready') {
    return null;
  }
  return modem.sim.lock === 'pin' ? { cme: 11, cms: 311 } : { cme: 12, cms: 316 };
}
