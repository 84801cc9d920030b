import type { LateResult } from '../at/at-types.ts';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../domain/logger.ts';
import type { Link } from '../link/link.ts';
import type { ModemDriverDeps } from './contract.ts';
import type { ModemFacts } from './facts.ts';
import type { DriverLimits } from './limits.ts';
import type { RadioWatch } from './radio-watch.ts';

/** What a session is given, and whom it tells. */
export interface SessionDeps {
  readonly link: Link;
  readonly facts: ModemFacts;
  readonly radio: RadioWatch;
  readonly driver: ModemDriverDeps;
  readonly limits: DriverLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onAnswer: () => void;
  readonly onReceived: () => void;
  readonly onLate: (late: LateResult) => void;
  /** Bring-up is through: the modem can send, or waits for its SIM (`usable` false). */
  readonly onUp: (usable: boolean) => void;
  /** `healthy` may have changed. */
  readonly onHealth: () => void;
  /** A late answer may still come, so that silence proves nothing yet. */
  readonly mayBeBusy: () => boolean;
}
