import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

function listenOnce(port: number): Promise<number> {
  return new Promise((resolvePromise, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolvePromise(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

/** A port of 127.0.0.1 that nobody listens at. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/**
 * A port whose next one is free too (the simulator's control port), below those that the system
 * hands out by itself, so that no connection takes it before it is used.
 */
export async function freePortPair(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    const free = [port, port + 1].map((each) =>
      listenOnce(each)
        .then(() => true)
        .catch(() => false),
    );
    if ((await Promise.all(free)).every(Boolean)) {
      return port;
    }
  }
}
