import type { ModemSnapshot } from '../modem-snapshot.ts';
import type { UpdateNote, UpdateResult } from '../update-note.ts';

/** One modem as the conditions see it: what it reports, and what the configuration says of it. */
export interface ModemFacts {
  readonly snapshot: ModemSnapshot;
  /** Roaming is wanted: neither a warning nor a reason to hold the queue. */
  readonly roamingAllowed: boolean;
  /** A contract without prepaid credit: refusals are barring, never missing credit. */
  readonly postpaid: boolean;
  /** Seconds since `auto` found the same modem on another port, or null. */
  readonly renumberedSecondsAgo: number | null;
  /** Which part differs from the one that was accepted here, or null. */
  readonly replaced: { readonly part: 'modem' | 'sim'; readonly last4: string } | null;
}

/**
 * Everything the conditions may look at, gathered at one moment. Ages are monotonic seconds; null
 * means unknown, and unknown never counts as good.
 */
export interface StatusFacts {
  readonly monotonicMs: number;
  readonly nowMs: number;
  readonly clockTrusted: boolean;
  /** How long this service runs. */
  readonly serviceUpSeconds: number;
  readonly updating: { readonly version: string; readonly minutes: number } | null;
  readonly storage: {
    readonly state: 'ok' | 'full' | 'read-only' | 'failing' | 'newer' | 'damaged' | 'missing';
    /** Failed writes that were counted, or null. */
    readonly errors: number | null;
    readonly freeBytes: number | null;
    readonly reserveBytes: number;
    /** Share of the card's life that is used up, told or estimated, or null. */
    readonly wearRatio: number | null;
    /** Days until the reserve is reached at this week's pace, or null. */
    readonly daysLeft: number | null;
  };
  readonly worker: {
    readonly reported: boolean;
    /** Since anything came from the worker; null: nothing ever did. */
    readonly lastHeardAgeMs: number | null;
  };
  readonly modems: readonly ModemFacts[];
  /** Since this service started, some modem could already take messages. */
  readonly modemWasAble: boolean;
  readonly queue: {
    /** Everything that counts against `limit`, scheduled messages too. */
    readonly depth: number;
    readonly limit: number;
    /** Messages that wait to leave or are leaving. */
    readonly moving: number;
    readonly uncertain: number | null;
    readonly oldestReadyAgeSeconds: number | null;
    readonly oldestHighAgeSeconds: number | null;
    readonly arrivalsPerMinute: number | null;
    readonly departuresPerMinute: number | null;
    /** Since a part was last seen to leave, or a message to fail; null: not known yet. */
    readonly stillSeconds: number | null;
    readonly drainEtaSeconds: number | null;
  };
  /** When an SMS was last sent by the outbox's own records, which outlive the worker, or null. */
  readonly lastSentAt: string | null;
  /** Keys that may send; null: not known yet. */
  readonly sendingKeys: number | null;
  /** The address range that may send through `/s.py` without a key, when it is wide; else null. */
  readonly legacyOpenTo: string | null;
  /** What the last self-test of a modem found wrong, or null. */
  readonly selfTestFault: string | null;
  /** A settings file of `dataDir` was damaged or wrong, and is not in force. */
  readonly settingsDamaged: boolean;
  /**
   * When the database was last rebuilt from a damaged one, whether in this boot (the clock may have
   * been wrong then), and how many messages were saved; or null.
   */
  readonly rebuilt: {
    readonly at: string;
    readonly thisBoot: boolean;
    readonly messages: number;
  } | null;
  readonly box: {
    readonly temperatureC: number | null;
    readonly memoryAvailableBytes: number | null;
  };
  /** The newest update, and what became of it; null: none, or it is on trial. */
  readonly update:
    | ({ readonly result: UpdateResult } & Pick<
        UpdateNote,
        'version' | 'previous' | 'reason' | 'at'
      >)
    | null;
  /** Unclean stops of the last seven days; `at` where the newest start followed one. */
  readonly powerLoss: { readonly at: string | null; readonly count7d: number } | null;
}

/** Home, roaming and SMS-only registrations carry SMS. */
export function isRegistered(snapshot: ModemSnapshot): boolean {
  const { registration } = snapshot.radio;
  return registration === 'home' || registration === 'roaming' || registration === 'sms-only';
}

/** The facts alone would let this modem take a message now. */
export function isAble(snapshot: ModemSnapshot): boolean {
  return snapshot.state === 'ready' && snapshot.sim.state === 'ready' && isRegistered(snapshot);
}
