import type { Clock } from '../domain/clock.ts';
import type { Link } from './link.ts';
import { parsePort } from './port-address.ts';
import { openSerialLink } from './serial-link.ts';
import { openTcpLink } from './tcp-link.ts';

export interface OpenLinkDeps {
  readonly clock: Clock;
}

/**
 * Opens `serial:/dev/…?baud=115200` or `tcp://HOST:PORT`, within 10 s. Rejects with `port-invalid`,
 * `port-not-found`, `port-denied`, `port-busy` (context: `holder`) or `port-failed`.
 */
export async function openLink(port: string, deps: OpenLinkDeps): Promise<Link> {
  const address = parsePort(port);
  switch (address.kind) {
    case 'tcp':
      return await openTcpLink(address.host, address.port, port, deps.clock);
    case 'serial':
      return await openSerialLink(address.path, address.baudRate, port, deps.clock);
  }
}
