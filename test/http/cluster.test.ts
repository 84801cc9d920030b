import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';

/** Asks on a fresh connection which process answers; null while nobody does, or while refused. */
function answeringPid(to: { port: number } | { socketPath: string }): Promise<number | null> {
  return new Promise((resolve) => {
    const asking = request(
      { ...to, path: '/v1/status', agent: false, timeout: 2_000, headers: { host: 'localhost' } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () =>
          resolve(response.statusCode === 200 ? (JSON.parse(text) as { pid: number }).pid : null),
        );
      },
    );
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(null));
    asking.end();
  });
}

async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const seen = await look();
    if (seen !== null) {
      return seen;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it never came');
}

test('two processes share a port; a full one leaves new connections to the other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pisang-'));
  const localSocket = join(folder, 'api.sock');
  const port = await freePort();
  const parent = fork(new URL('./main-cluster.js', import.meta.url), [String(port), localSocket]);
  const held: Socket[] = [];
  try {
    const both = new Set<number>();
    await until(async () => {
      const four = await Promise.all([1, 2, 3, 4].map(() => answeringPid({ port })));
      for (const pid of four.filter((each) => each !== null)) {
        both.add(pid);
      }
      return both.size === 2 ? true : null;
    });
    // Four places in two processes: three held connections fill one, the last place is elsewhere.
    for (let count = 0; count < 3; count += 1) {
      const socket = createConnection({ port, host: '127.0.0.1' });
      await once(socket, 'connect');
      held.push(socket);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (let count = 0; count < 10; count += 1) {
      assert.notEqual(await answeringPid({ port }), null, 'no connection may be refused');
    }
    assert.notEqual(await until(() => answeringPid({ socketPath: localSocket })), null);
    for (const socket of held) {
      socket.destroy();
    }
    const victim = await until(() => answeringPid({ port }));
    process.kill(victim, 'SIGKILL');
    await until(() => answeringPid({ port }));
    const pids = new Set<number>();
    await until(async () => {
      pids.add((await answeringPid({ port })) ?? victim);
      pids.delete(victim);
      return pids.size > 0 ? true : null;
    });
  } finally {
    for (const socket of held) {
      socket.destroy();
    }
    parent.kill('SIGTERM');
    const [code] = (await once(parent, 'exit')) as [number | null];
    rmSync(folder, { recursive: true });
    assert.equal(code, 0);
  }
});
