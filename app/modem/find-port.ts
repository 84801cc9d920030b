import { AtChannel } from '../at/at-channel.ts';
import type { Clock } from '../domain/clock.ts';
import { GatewayError } from '../domain/gateway-error.ts';
import type { Logger } from '../domain/logger.ts';
import type { Link } from '../link/link.ts';
import { readImei } from './identify.ts';
import { Talk } from './talk.ts';

export interface FindDeps {
  openLink(port: string): Promise<Link>;
  candidatePorts(): Promise<readonly string[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether another driver already serves this modem at another of its ports. */
  readonly inUse: (imei: string) => boolean;
}

export interface FoundPort {
  readonly port: string;
  readonly imei: string | null;
}

interface Candidate extends FoundPort {
  /** 0–3: announces things by itself, and lets itself be told to announce messages. */
  readonly merit: number;
}

/** What kept the search from a port that exists. */
export interface SearchResult {
  readonly found: FoundPort | null;
  readonly busyPort: string | null;
}

const MOST_PORTS = 32;
const PERFECT = 3;

/**
 * Tries each candidate with `AT` and takes the best of those that answer: the modem known from before
 * (`imei`), then the port that accepts `+CNMI` and prints announcements. A port that stays silent is
 * left alone after two tries; some firmware does not survive commands on its diagnostic port.
 */
export async function findPort(
  deps: FindDeps,
  imei: string | null,
  signal: AbortSignal,
): Promise<SearchResult> {
  let best: Candidate | null = null;
  let busyPort: string | null = null;
  for (const port of (await deps.candidatePorts()).slice(0, MOST_PORTS)) {
    if (signal.aborted) {
      break;
    }
    const probed = await probePort(port, deps);
    if (probed === 'busy') {
      busyPort = port;
    } else if (probed !== null && !(probed.imei !== null && deps.inUse(probed.imei))) {
      const known = imei !== null && probed.imei === imei;
      const bestKnown: boolean = imei !== null && best?.imei === imei;
      if (
        best === null ||
        (known && !bestKnown) ||
        (known === bestKnown && probed.merit > best.merit)
      ) {
        best = probed;
      }
      if (probed.merit >= PERFECT && (known || imei === null)) {
        break;
      }
    }
  }
  return { found: best === null ? null : { port: best.port, imei: best.imei }, busyPort };
}

async function probePort(port: string, deps: FindDeps): Promise<Candidate | 'busy' | null> {
  let link: Link;
  try {
    link = await deps.openLink(port);
  } catch (error) {
    return error instanceof GatewayError && error.code === 'port-busy' ? 'busy' : null;
  }
  let heard = 0;
  const channel = new AtChannel(link, {
    clock: deps.clock,
    logger: deps.logger,
    onUrc: () => {
      heard++;
    },
    onClose: () => undefined,
  });
  const talk = new Talk(channel, () => undefined);
  try {
    if (!(await answersAt(channel))) {
      return null;
    }
    await talk.ask('ATE0', 1_000);
    const imei = await readImei(talk);
    const announces = await talk.ask('AT+CNMI=?', 2_000);
    return { port, imei, merit: (announces.ok ? 2 : 0) + (heard > 0 ? 1 : 0) };
  } catch {
    return null;
  } finally {
    await channel.close();
  }
}

async function answersAt(channel: AtChannel): Promise<boolean> {
  for (let tries = 0; tries < 2; tries++) {
    try {
      // Any final line is a sign of life: some answer a bare AT with ERROR.
      await channel.command('AT', { timeoutMs: 1_000 });
      return true;
    } catch {
      // Silent, or something that is no modem.
    }
  }
  return false;
}
