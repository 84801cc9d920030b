import { isIPv4 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { Clock } from '../domain/clock.ts';

const LOOK_AGAIN_AFTER_MS = 1_000;
const CACHE_ENTRIES = 256;
/** What mDNS makes of a name that another box on the network has already: `pisang-2.local` (RFC 6762 §9). */
const RENAMED = /-\d{1,3}\.local$/;

/** Answers whether a `Host` header names this machine; anything else is DNS rebinding (421). */
export interface HostCheck {
  readonly isOurs: (hostHeader: string) => boolean;
}

/**
 * Ours are: every address of this machine, its host name (bare, `.local`, `-2.local`, and as it
 * stands), localhost, and `allowedHosts`. Ports are not compared: they may be mapped on the way. Addresses
 * come and go with DHCP, so an unknown name makes it look again, at most once a second.
 */
export function hostCheck(
  allowedHosts: readonly string[],
  clock: Clock,
  ownNames: () => readonly string[] = machineNames,
): HostCheck {
  const configured = allowedHosts.map((name) => nameOf(name) ?? name.toLowerCase());
  let ours = new Set([...configured, ...ownNames()]);
  let lookedAtMs = clock.monotonicMs();
  let accepted = new Set<string>();
  const isOurs = (header: string): boolean => {
    if (accepted.has(header)) {
      return true;
    }
    const name = nameOf(header);
    if (name === null) {
      return false;
    }
    if (name.startsWith('127.') && isIPv4(name)) {
      return true;
    }
    if (!ours.has(name) && clock.monotonicMs() - lookedAtMs >= LOOK_AGAIN_AFTER_MS) {
      ours = new Set([...configured, ...ownNames()]);
      accepted = new Set();
      lookedAtMs = clock.monotonicMs();
    }
    if (!ours.has(name) && ![...ours].some((own) => isRenamed(own, name))) {
      return false;
    }
    if (accepted.size < CACHE_ENTRIES) {
      accepted.add(header);
    }
    return true;
  };
  return { isOurs };
}

/** mDNS counts on where a name ends in a number already. */
function isRenamed(own: string, name: string): boolean {
  return RENAMED.test(name) && own.replace(RENAMED, '.local') === name.replace(RENAMED, '.local');
}

/** Host without port, lower case, without a final dot and IPv6 brackets; null when malformed. */
function nameOf(header: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:@/?#[\]]+))(?::\d{0,5})?$/i.exec(header);
  const name = (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
  return name !== null && name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
}

function machineNames(): readonly string[] {
  const own = hostname().toLowerCase();
  const short = own.split('.')[0] ?? own;
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map((entry) => entry.address.toLowerCase());
  return ['localhost', '::1', own, short, `${short}.local`, ...addresses];
}
