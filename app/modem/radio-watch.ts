import type { Clock } from '../domain/clock.ts';
import type { ModemSnapshot, Registration } from '../domain/modem-snapshot.ts';
import { numberIn } from './answers/fields.ts';
import { parseOperator } from './answers/identity.ts';
import {
  type Access,
  accessOf,
  bestRegistration,
  isRegistrationAnswer,
  parseRegistration,
  type RegistrationDomain,
  type RegistrationReading,
  registrationOf,
} from './answers/registration.ts';
import {
  csqToDbm,
  parseRsrp,
  parseSignal,
  type SignalReading,
  signalBars,
} from './answers/signal.ts';
import { ReadingWindow } from './reading-window.ts';
import type { Talk } from './talk.ts';

const FIVE_MINUTES_MS = 300_000;
/** States in which the network takes SMS. */
const CAN_SEND: ReadonlySet<Registration> = new Set(['home', 'roaming', 'sms-only']);

/** Registration, operator and signal of one modem, with the recent past of the signal. */
export class RadioWatch {
  readonly #clock: Clock;
  readonly #debounceMs: number;
  readonly #onChange: () => void;
  readonly #csqWindow = new ReadingWindow();
  readonly #dbmWindow = new ReadingWindow();
  #readings = new Map<RegistrationDomain, RegistrationReading>();
  /** The modem knows none of the registration commands. */
  #mute = false;
  #shown: Registration = 'unknown';
  #shownSinceMs: number | null = null;
  #cancelDebounce: (() => void) | null = null;
  #operator: string | null = null;
  #plmn: string | null = null;
  #access: Access | null = null;
  #signal: SignalReading | null = null;
  #rsrpDbm: number | null = null;
  #readAtMs: number | null = null;

  constructor(clock: Clock, debounceMs: number, onChange: () => void) {
    this.#clock = clock;
    this.#debounceMs = debounceMs;
    this.#onChange = onChange;
  }

  /** Whether the network takes SMS now, without debouncing: a lost network holds the queue at once. */
  registered(): boolean {
    // A modem that can't tell is asked to send; the network's answer tells.
    return this.#mute || CAN_SEND.has(this.registration());
  }

  /** The state as last heard. */
  registration(): Registration {
    const best = bestRegistration([...this.#readings.values()]);
    return best === null ? 'unknown' : registrationOf(best.stat);
  }

  /** Registered, but where was not asked yet. */
  get operatorMissing(): boolean {
    return this.#operator === null && this.registered();
  }

  /** The signal is known and good enough that failures are not the antenna's. */
  signalGood(): boolean {
    return this.#signal !== null && this.#signal.csq >= 10 && this.#signal.csq <= 31;
  }

  noteRegistration(reading: RegistrationReading): void {
    this.#readings.set(reading.domain, reading);
    this.#access = reading.access ?? this.#access;
    const now = this.registration();
    if (now === this.#shown) {
      if (this.#cancelDebounce !== null) {
        this.#cancelDebounce();
        this.#cancelDebounce = null;
        // Nothing new to show, but the queue was held meanwhile.
        this.#onChange();
      }
      return;
    }
    if (this.#shown === 'unknown' || CAN_SEND.has(now)) {
      this.#show();
    } else {
      // A flicker of a few seconds is the network's everyday life.
      this.#cancelDebounce ??= this.#clock.schedule(this.#debounceMs, () => this.#show());
    }
    this.#onChange();
  }

  noteSignal(reading: SignalReading): void {
    const nowMs = this.#clock.monotonicMs();
    this.#signal = { csq: reading.csq, ber: reading.ber ?? this.#signal?.ber ?? null };
    this.#readAtMs = nowMs;
    const dbm = csqToDbm(reading.csq);
    if (dbm !== null) {
      this.#csqWindow.add(nowMs, reading.csq);
      this.#dbmWindow.add(nowMs, dbm);
    }
  }

  /** Turns on registration lines and finds out which of the three kinds this modem knows. */
  async subscribe(talk: Talk): Promise<RegistrationDomain[]> {
    const known: RegistrationDomain[] = [];
    for (const domain of ['CREG', 'CGREG', 'CEREG'] as const) {
      const set = await talk.firstOk([`AT+${domain}=2`, `AT+${domain}=1`, `AT+${domain}=0`]);
      if (set.ok) {
        known.push(domain);
      }
    }
    this.#mute = known.length === 0;
    return known;
  }

  async readRegistration(talk: Talk, domains: readonly RegistrationDomain[]): Promise<void> {
    for (const domain of domains) {
      const answer = await talk.ask(`AT+${domain}?`);
      const lines = answer.lines.filter((line) => line.startsWith(`+${domain}:`));
      const line = lines.find(isRegistrationAnswer) ?? lines[0];
      const reading =
        line === undefined ? null : parseRegistration(line, isRegistrationAnswer(line));
      if (reading !== null) {
        this.noteRegistration(reading);
      }
    }
  }

  async readSignal(talk: Talk): Promise<void> {
    const answer = await talk.ask('AT+CSQ', 3_000);
    const reading = answer.lines.map(parseSignal).find((each) => each !== null);
    if (reading === undefined || reading === null) {
      return;
    }
    this.noteSignal(reading);
    // On LTE the old scale is often unknown; the new one has the reference signal.
    if (reading.csq === 99 || this.#access === '4G') {
      const extended = await talk.ask('AT+CESQ', 3_000);
      this.#rsrpDbm = extended.lines.map(parseRsrp).find((each) => each !== null) ?? null;
    }
  }

  async readOperator(talk: Talk): Promise<void> {
    const operator = parseOperator((await talk.ask('AT+COPS?', 30_000)).lines);
    if (operator === null) {
      return;
    }
    this.#operator = operator.name ?? operator.plmn;
    this.#plmn = operator.plmn ?? this.#plmn;
    this.#access = accessOf(numberIn(operator.act ?? undefined)) ?? this.#access;
  }

  /** The network's own number, for a page that names it; asked once, since it changes a setting. */
  async readPlmn(talk: Talk): Promise<void> {
    if (!(await talk.ask('AT+COPS=3,2', 5_000)).ok) {
      return;
    }
    const operator = parseOperator((await talk.ask('AT+COPS?', 30_000)).lines);
    this.#plmn = operator?.plmn ?? this.#plmn;
    await talk.ask('AT+COPS=3,0', 5_000);
  }

  /** The card may belong to another modem or network: forget what was heard. */
  forget(): void {
    this.#cancelDebounce?.();
    this.#cancelDebounce = null;
    this.#readings = new Map();
    this.#operator = null;
    this.#plmn = null;
    this.#access = null;
    this.#signal = null;
    this.#rsrpDbm = null;
    this.#readAtMs = null;
    this.#show();
  }

  stop(): void {
    this.#cancelDebounce?.();
    this.#cancelDebounce = null;
  }

  snapshot(): ModemSnapshot['radio'] {
    const nowMs = this.#clock.monotonicMs();
    const best = bestRegistration([...this.#readings.values()]);
    const csq = this.#signal?.csq ?? null;
    const seconds = (sinceMs: number | null): number | null =>
      sinceMs === null ? null : Math.floor((nowMs - sinceMs) / 1000);
    return {
      registration: this.#shown,
      creg: best?.stat ?? null,
      registrationSinceSeconds: seconds(this.#shownSinceMs),
      operator: this.#operator,
      plmn: this.#plmn,
      access: best?.access ?? this.#access,
      lac: best?.lac ?? null,
      cell: best?.cell ?? null,
      csq,
      csqMedian5min: this.#csqWindow.median(nowMs, FIVE_MINUTES_MS),
      signalDbm: csq === null ? null : csqToDbm(csq),
      signalBars: signalBars(csq, this.#rsrpDbm),
      signalMin1hDbm: this.#dbmWindow.min(nowMs),
      signalMax1hDbm: this.#dbmWindow.max(nowMs),
      rsrpDbm: this.#rsrpDbm,
      ber: this.#signal?.ber ?? null,
      ageSeconds: seconds(this.#readAtMs),
    };
  }

  #show(): void {
    this.#cancelDebounce = null;
    const now = this.registration();
    if (now !== this.#shown || this.#shownSinceMs === null) {
      this.#shown = now;
      this.#shownSinceMs = this.#clock.monotonicMs();
      this.#onChange();
    }
  }
}
