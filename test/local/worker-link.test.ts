import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { ModemId } from '../../app/domain/ids.ts';
import type { WorkerCommand, WorkerSnapshot } from '../../app/domain/worker-protocol.ts';
import { openWorkerLink } from '../../app/local/worker-link.ts';
import { serveWorkerSocket } from '../../app/local/worker-socket.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pisang-'));
  path = join(folder, 'worker.sock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const SNAPSHOT: WorkerSnapshot = {
  pid: 1,
  startedAt: '2026-11-21T07:00:00Z',
  version: '0.1.0',
  modems: [],
  storage: 'ok',
};
const MODEM = 'modem1' as ModemId;

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !condition(); turn += 1) {
    await settle();
  }
  assert.ok(condition(), 'the awaited state never came');
}

test('snapshots arrive, also the one from before the connection, and heartbeats end the silence', async () => {
  const clock = new FakeClock();
  const worker = await serveWorkerSocket(
    path,
    { onNudge: () => {}, onCommand: async () => ({ ok: true, detail: '' }) },
    clock,
  );
  worker.publish(SNAPSHOT);
  const link = openWorkerLink(path, clock);
  assert.equal(link.lastHeardAgeMs(), null);
  await until(() => link.snapshot() !== null);
  assert.deepEqual(link.snapshot(), SNAPSHOT);
  await clock.advance(4_999);
  assert.equal(link.lastHeardAgeMs(), 4_999);
  await clock.advance(1);
  await until(() => link.lastHeardAgeMs() === 0);
  link.close();
  await worker.close();
  assert.equal(clock.pendingTimers(), 0);
});

test('many nudges at once make one line, and further ones the next after 10 ms', async () => {
  const clock = new FakeClock();
  let nudges = 0;
  const worker = await serveWorkerSocket(
    path,
    { onNudge: () => nudges++, onCommand: async () => ({ ok: true, detail: '' }) },
    clock,
  );
  const link = openWorkerLink(path, clock);
  await until(() => nudges === 1);
  for (let i = 0; i < 100; i += 1) {
    link.nudge();
  }
  await until(() => nudges === 2);
  for (let i = 0; i < 100; i += 1) {
    link.nudge();
  }
  await clock.advance(9);
  await settle();
  assert.equal(nudges, 2);
  await clock.advance(1);
  await until(() => nudges === 3);
  link.nudge();
  link.close();
  await worker.close();
  assert.equal(clock.pendingTimers(), 0);
});

test('a command gets its reply, its failure, its time-out or the news that nobody is there', async () => {
  const clock = new FakeClock();
  const answers: Record<WorkerCommand['name'], () => Promise<{ ok: boolean; detail: string }>> = {
    restart: async () => ({ ok: true, detail: 'The modem restarts.' }),
    ussd: () => Promise.reject(new Error('The network refused.')),
    unlock: () => new Promise(() => {}),
    'self-test': () => new Promise(() => {}),
  };
  const worker = await serveWorkerSocket(
    path,
    { onNudge: () => {}, onCommand: (_modem, command) => answers[command.name]() },
    clock,
  );
  const link = openWorkerLink(path, clock);
  await assert.rejects(link.command(MODEM, { name: 'restart' }, 1_000), { code: 'worker-stopped' });
  await until(() => link.connected());
  assert.deepEqual(await link.command(MODEM, { name: 'restart' }, 1_000), {
    ok: true,
    detail: 'The modem restarts.',
  });
  assert.deepEqual(await link.command(MODEM, { name: 'ussd', code: '*1#' }, 1_000), {
    ok: false,
    detail: 'The network refused.',
  });
  const late = assert.rejects(link.command(MODEM, { name: 'self-test' }, 1_000), {
    code: 'worker-silent',
    retry: 'unknown-outcome',
  });
  await clock.advance(1_000);
  await late;
  const cut = assert.rejects(link.command(MODEM, { name: 'self-test' }, 1_000), {
    code: 'worker-stopped',
  });
  await settle();
  await worker.close();
  await cut;
  link.close();
  assert.equal(clock.pendingTimers(), 0);
});
