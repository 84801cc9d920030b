import type { AddressInfo, Server } from 'node:net';

/** Free neighbouring ports are looked for this often before giving up. */
const TRIES = 50;

/** Binds a server; resolves with its port. Rejects with what the system says (`EADDRINUSE`, …). */
export function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Closes a server that may not have been bound. */
export function unbind(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/**
 * Binds two servers to neighbouring ports, `port` and `port + 1`. With port 0 it takes whatever the
 * system gives first and looks whether the next one is free, again and again.
 */
export async function bindPair(
  first: Server,
  second: Server,
  host: string,
  port: number,
): Promise<readonly [number, number]> {
  for (let tries = 1; ; tries += 1) {
    const bound = await bind(first, host, port);
    try {
      return [bound, await bind(second, host, bound + 1)];
    } catch (error) {
      await unbind(first);
      if (port !== 0 || tries === TRIES) {
        throw error;
      }
    }
  }
}
