import assert from 'node:assert/strict';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { card } from './built-image.ts';
import { Machine } from './machine.ts';
import { decodeState, readSector, STATE_SECTOR } from './state-sector.ts';

/** From power-on; two emulated cores beside other work are several times slower than the board. */
const BOOT_TIMEOUT_MS = 600_000;

/** A free port of this machine's loopback address, as the kernel gives it. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}

/** The status and body of one GET of the guest's port 80; status 0 when there was no answer. */
function fetchFrom(port: number, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const none = (): void => resolve({ status: 0, body: '' });
    const request = get(
      { host: '127.0.0.1', port, path, headers: { host: 'localhost' }, timeout: 10_000 },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          body += chunk;
        });
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body }));
        answer.once('error', none);
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', none);
  });
}

test('virt: the image starts the gateway, and again after a power cut', {
  timeout: 700_000,
}, async (t) => {
  const { file } = card(t);
  for (const round of ['first', 'second']) {
    const port = await freePort();
    const net = ['-netdev', `user,id=n0,hostfwd=tcp:127.0.0.1:${port}-:80`];
    const more = [...net, '-device', 'virtio-net-device,netdev=n0', '-device', 'virtio-rng-device'];
    const started = Date.now();
    const machine = new Machine('virt', file, more);
    try {
      await machine.until(/Starting kernel/, 60_000);
      const kernelAt = Date.now();
      let answer = { status: 0, body: '' };
      while (answer.status !== 200 && Date.now() - started < BOOT_TIMEOUT_MS) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        answer = await fetchFrom(port, '/health/live');
      }
      assert.equal(
        answer.status,
        200,
        `no 200 in time; the console said:\n${machine.said.slice(-3000)}`,
      );
      const seconds = (from: number): string => ((Date.now() - from) / 1000).toFixed(0);
      t.diagnostic(
        `${round} start: HTTP 200 ${seconds(started)} s after power-on, ${seconds(kernelAt)} s after the kernel`,
      );
      assert.equal(machine.starts.length, 1, 'one start of the kernel');
    } finally {
      await machine.cutPower();
    }
  }
  const state = decodeState(readSector(file, STATE_SECTOR));
  assert.equal(state?.['BOOT_ORDER'], 'A B');
});
