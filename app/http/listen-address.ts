import { GatewayError } from '../domain/gateway-error.ts';

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Reads `host:port`, `[v6]:port` or `unix:/path`; throws `bad-listen-address`. */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    return { kind: 'unix', path: text.slice(5) };
  }
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new GatewayError(
      'bad-listen-address',
      `http.listen: "${text}" is no address; write host:port, [v6]:port or unix:/path.`,
      { retry: 'never' },
    );
  }
  return { kind: 'tcp', host: match[1] ?? match[2] ?? '', port };
}

export function listenUrl(scheme: 'http' | 'https', host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
