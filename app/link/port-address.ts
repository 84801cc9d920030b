import { GatewayError } from '../domain/gateway-error.ts';

/** A configured port, taken apart. */
export type PortAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly path: string; readonly baudRate: number };

/** USB ignores it; most UART modems come with it. */
const DEFAULT_BAUD_RATE = 115_200;

/** Reads `serial:/dev/…[?baud=N]` or `tcp://HOST:PORT`; throws `port-invalid` for anything else. */
export function parsePort(port: string): PortAddress {
  const serial = /^serial:(\/[^?]*)(?:\?baud=(\d{2,8}))?$/.exec(port);
  if (serial !== null) {
    return {
      kind: 'serial',
      path: serial[1] ?? '',
      baudRate: Number(serial[2] ?? DEFAULT_BAUD_RATE),
    };
  }
  const tcp = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]+)):(\d{1,5})\/?$/.exec(port);
  const number = Number(tcp?.[3]);
  if (tcp !== null && number >= 1 && number <= 65_535) {
    return { kind: 'tcp', host: tcp[1] ?? tcp[2] ?? '', port: number };
  }
  throw new GatewayError(
    'port-invalid',
    `The port "${port}" is neither serial:/dev/…?baud=N nor tcp://HOST:PORT.`,
    { retry: 'never' },
  );
}
