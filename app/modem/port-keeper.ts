import { type Clock, delay } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Link } from '../link/link.ts';
import type { ModemDriverDeps } from './contract.ts';
import type { ModemFacts } from './facts.ts';
import { type FindDeps, findPort } from './find-port.ts';
import type { DriverLimits } from './limits.ts';

/** A fixed port that is gone for so long is looked for elsewhere. */
const LOOK_ELSEWHERE_MS = 30_000;

/** Opens the modem's port, again and again while it is gone, and says what keeps it from opening. */
export class PortKeeper {
  readonly #deps: ModemDriverDeps;
  readonly #clock: Clock;
  readonly #limits: DriverLimits;
  readonly #facts: ModemFacts;
  #waitMs = 0;
  #absentSinceMs: number | null = null;

  constructor(deps: ModemDriverDeps, limits: DriverLimits, facts: ModemFacts) {
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#limits = limits;
    this.#facts = facts;
  }

  /** The modem came up: the next try after a loss is a quick one. */
  worked(): void {
    this.#waitMs = this.#limits.reopenMs;
  }

  /** Opens the port, or waits before the next try. */
  async open(signal: AbortSignal): Promise<Link | null> {
    try {
      if (this.#waitMs > 0) {
        await delay(this.#clock, this.#waitMs, signal);
      }
      this.#waitMs = Math.min(
        Math.max(this.#waitMs * 2, this.#limits.reopenMs),
        this.#limits.longestReopenMs,
      );
      const port = await this.#choosePort(signal);
      if (port === null || signal.aborted) {
        return null;
      }
      const link = await this.#deps.openLink(port);
      this.#facts.port = port;
      this.#facts.trouble = null;
      this.#facts.troubleDetail = null;
      this.#absentSinceMs = null;
      return link;
    } catch (error) {
      if (!signal.aborted) {
        await this.#absent(error, signal);
      }
      return null;
    }
  }

  async #choosePort(signal: AbortSignal): Promise<string | null> {
    const { config, logger } = this.#deps;
    if (config.port !== 'auto') {
      return config.port;
    }
    const { found, busyPort } = await findPort(this.#finding(), this.#facts.imei, signal);
    if (found === null) {
      throw busyPort === null
        ? new GatewayError('port-not-found', 'no port answers AT', { retry: 'later' })
        : new GatewayError('port-busy', busyPort, { retry: 'later' });
    }
    if (this.#facts.port !== 'auto' && this.#facts.port !== found.port) {
      logger.warn(
        { modem: this.#deps.config.id, from: this.#facts.port, to: found.port },
        'the modem moved',
      );
    }
    return found.port;
  }

  #finding(): FindDeps {
    const deps = this.#deps;
    return {
      openLink: (port) => deps.openLink(port),
      candidatePorts: () => deps.candidatePorts(),
      clock: this.#clock,
      logger: deps.logger,
      inUse: (imei) => deps.imeiInUse?.(imei, deps.config.id) ?? false,
    };
  }

  async #absent(error: unknown, signal: AbortSignal): Promise<void> {
    const code = error instanceof GatewayError ? error.code : 'unknown';
    const facts = this.#facts;
    const nowMs = this.#clock.monotonicMs();
    this.#absentSinceMs ??= nowMs;
    if (facts.state === 'recovering' && nowMs - this.#absentSinceMs < this.#limits.resetMs) {
      // The port of a modem that was told to restart vanishes for a while.
      return;
    }
    facts.state = 'absent';
    facts.trouble = code === 'port-busy' ? 'port-busy' : 'not-found';
    facts.troubleDetail = error instanceof Error ? error.message : null;
    const { port } = this.#deps.config;
    if (code !== 'port-busy' && (port === 'auto' || port.startsWith('serial:'))) {
      const [stick] = (await this.#deps.storageSticks?.().catch(() => [])) ?? [];
      if (stick !== undefined) {
        facts.trouble = 'wrong-mode';
        facts.troubleDetail = stick;
      }
    }
    if (port.startsWith('serial:') && facts.imei !== null && code !== 'port-busy') {
      if (nowMs - this.#absentSinceMs >= LOOK_ELSEWHERE_MS) {
        const { found } = await findPort(this.#finding(), facts.imei, signal).catch(() => ({
          found: null,
        }));
        if (found !== null && found.imei === facts.imei) {
          facts.trouble = 'port-moved';
          facts.troubleDetail = found.port;
        }
      }
    }
    this.#deps.onChange();
  }
}
