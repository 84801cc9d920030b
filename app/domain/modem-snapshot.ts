import type { ModemId } from './ids.ts';

export type ModemState = 'ready' | 'starting' | 'recovering' | 'silent' | 'absent' | 'failed';
export type SimState = 'ready' | 'missing' | 'pin' | 'puk' | 'blocked' | 'failure' | 'unknown';
export type Registration =
  | 'home'
  | 'roaming'
  | 'searching'
  | 'denied'
  | 'off'
  | 'sms-only'
  | 'emergency'
  | 'unknown';

/** Why a modem cannot be used, finer than its state; null while nothing is wrong. */
export type ModemTrouble =
  | 'not-found'
  | 'wrong-mode'
  | 'port-busy'
  | 'port-moved'
  | 'pin-refused'
  | 'smsc-missing'
  | null;

/**
 * What one modem is doing, as `GET /v1/status` shows it under `modems[]`. The modem worker makes
 * it, the API keeps the newest. Ages are seconds of monotonic time; an unknown reading is null,
 * never 0.
 */
export interface ModemSnapshot {
  readonly id: ModemId;
  readonly port: string;
  /** Name of the family profile, for example `huawei-e173`, or `generic`. */
  readonly family: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly imei: string | null;
  readonly simulated: boolean;
  readonly state: ModemState;
  readonly trouble: ModemTrouble;
  /** Facts for the sentence of `trouble`, such as the process that holds the port. */
  readonly troubleDetail: string | null;
  readonly lastAnswerAgeSeconds: number | null;
  readonly recovery: {
    readonly rung: number;
    readonly rungs: number;
    readonly count1h: number;
    readonly count24h: number;
    readonly count7d: number;
    readonly lastReason: string | null;
    /** Seconds since the present recovery began, or null. */
    readonly sinceSeconds: number | null;
  };
  readonly sim: {
    readonly state: SimState;
    readonly pinTriesLeft: number | null;
    readonly pukTriesLeft: number | null;
    readonly iccid: string | null;
    readonly smsc: string | null;
    readonly storageUsed: number | null;
    readonly storageTotal: number | null;
  };
  readonly radio: {
    readonly registration: Registration;
    /** The raw `<stat>` of CREG, CGREG or CEREG (27.007 §7.2, §10.1.20, §10.1.22). */
    readonly creg: number | null;
    readonly registrationSinceSeconds: number | null;
    readonly operator: string | null;
    readonly plmn: string | null;
    readonly access: '2G' | '3G' | '4G' | '5G' | null;
    readonly lac: string | null;
    readonly cell: string | null;
    /** 27.007 §8.5: 0–31, 99 unknown. */
    readonly csq: number | null;
    readonly csqMedian5min: number | null;
    readonly signalDbm: number | null;
    readonly signalBars: number | null;
    readonly signalMin1hDbm: number | null;
    readonly signalMax1hDbm: number | null;
    readonly rsrpDbm: number | null;
    readonly ber: number | null;
    readonly ageSeconds: number | null;
  };
  readonly sending: {
    readonly ratePerMinute: number | null;
    readonly measuredPerMinute: number | null;
    /** Parts handed over in the last 24 hours. */
    readonly sentToday: number;
    readonly dailyCap: number | null;
    readonly capResetsAt: string | null;
    readonly sendP50Ms: number | null;
    readonly sendP95Ms: number | null;
    readonly success24hRatio: number | null;
    /** Refusals of any class but `number` since the last success, at most those of an hour. */
    readonly rejectedInRow: number;
    /** Distinct recipients among `rejectedInRow`. */
    readonly rejectedRecipients: number;
    /** The last tries that the network answered, at most 20; those of the wrong number are left out. */
    readonly recentTries: number;
    readonly recentRefused: number;
    readonly recentRefusalCode: string | null;
    readonly noAnswerInRow: number;
    /** Of the last failure since the last success, or null. */
    readonly lastErrorCode: string | null;
    readonly lastSentAt: string | null;
    readonly lastReceivedAt: string | null;
    /** Why this modem takes nothing from the queue though it is ready, or null. */
    readonly holding: 'roaming' | 'not-registered' | 'operator-probe' | 'daily-cap' | null;
  };
}
